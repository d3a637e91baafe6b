"""What is a resident told?"""
