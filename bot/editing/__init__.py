"""How does a topic file change, whoever changes it?"""
