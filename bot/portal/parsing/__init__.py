"""From the text of a page or an answer to jobs and outcomes, pure.

Fetching it belongs to bot.portal.http and bot.portal.browser.
"""
