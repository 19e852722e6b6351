"""What every application that an officer decides on has in common: steps, decisions, forms, the desk's pages.

A room with such applications derives its model from accounts.applications.ReviewedApplication, takes the decisions from
here, adds its own approval, and names the checks and the facts its review page shows.
"""
