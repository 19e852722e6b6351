"""What every application that an officer decides on has in common: steps, decisions, forms, what the applicant sees.

A room with such applications derives its model from accounts.applications.ReviewedApplication, takes the decisions from
here and adds its own approval. The page on which an officer decides is made from desk.review.
"""
