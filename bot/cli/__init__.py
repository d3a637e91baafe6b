"""What can be typed at the terminal?"""
