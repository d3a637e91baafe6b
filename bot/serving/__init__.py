"""How is all of it started, switched and ended?"""
