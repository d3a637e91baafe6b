"""How do residents reach the assistant?"""
