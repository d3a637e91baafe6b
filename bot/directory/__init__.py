"""Who helps with what, where and when (Open Referral HSDS)?"""
