"""The page on which somebody at a desk decides, whatever is decided: who has it, what can be done, what was said.

A room derives its page from `page.ReviewAdmin` (`applications.ApplicationAdmin` for what applicants hand in), names its
`decision.Decision`s, and says in `facts` what its page tells.
"""
