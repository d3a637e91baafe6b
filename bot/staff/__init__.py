"""What may staff do, each step noted in the audit log?"""
