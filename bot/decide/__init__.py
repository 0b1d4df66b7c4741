"""What becomes of each job on the board.

Weighed by the owner's rules, claimed, offered, watched, rejected or left alone. The rules themselves belong to
bot.domain.rules.
"""
