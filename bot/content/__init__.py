"""What do staff and lawyers own, and is it right?"""
