"""A portal through Chromium: signing in, the page client, and the browser's processes.

The only folder that imports Playwright.
"""
