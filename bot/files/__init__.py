"""How do bytes get onto the disk safely?"""
