"""What can be said of a string by somebody who knows no content?"""
