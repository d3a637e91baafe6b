"""How is a model made, judged, kept and pointed to?"""
