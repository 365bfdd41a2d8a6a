"""Figures and mappings of the product, each with where it comes from."""

from datetime import time, timedelta

# Hosts of Ponto itself: own custom integration, partner API (doc/ponto-api.md, 1.1).
PONTO_URL = "https://api.myponto.com"
PONTO_HOSTS = frozenset({"api.myponto.com", "api.ibanity.com"})
PONTO_WEBSITE = "https://dashboard.myponto.com"

# Ponto itself refreshes at about 02, 08, 14 and 20 h (doc/ponto-api.md, 3.6); reading follows 45 minutes later.
SCHEDULE_TIMES = {
    "twice": (time(8, 45), time(14, 45)),
    "four": (time(2, 45), time(8, 45), time(14, 45), time(20, 45)),
    "manual": (),
}
SCHEDULE_SPREAD_MINUTES = 30

# A page is known and old only beyond this: late bookings and later changes fall inside it (doc/decisions.md, 40).
OVERLAP = timedelta(days=10)
IMPORT_BATCH = 200
PONTO_ID_LENGTH = 36  # ids are UUID texts (doc/ponto-api.md, 3)
FOLLOW_BATCH = 50  # a label costs 45 ms (doc/decisions.md, 15)
UNDO_BATCH = 100
PAGE_LIMIT = 100
# Ponto may refresh an account while it is read: once that is read at once, more often at the next run.
FOLLOWING_PULLS = 1
# A run takes about ten calls. It may make as many more as its account has ever had pages, since a bank may change them
# all, and these: a page holds 100 transactions, so they are five thousand a day in the ten days of the overlap.
RUN_CALLS = 500
# The longest history that one run reads, a million transactions in about an hour; a longer one goes on in the next.
MOST_CALLS = 10_000
ASKED_INSTITUTIONS = 20  # those of accounts that the list of institutions leaves out; as a rule there is none
CLICK_SECONDS = 8  # the longest a click may work inside its request when no cron runs
FILE_SECONDS = 30  # the longest a click may import files: Odoo ends requests at 60 s of CPU time
APPLY_BATCH = 100  # a match costs 8 ms at most, besides one plan for all (doc/decisions.md, 22)
MATCH_SECONDS = 30  # the longest a click may match transactions
REVIEW_LINES = 5000  # the newest open transactions are looked at again by one click
BACKOFF_HOURS = (1, 2, 4)
PROBED_ACCOUNTS = 2  # other accounts that are asked whether only one fails
FAILING_TOLD_AFTER = timedelta(hours=24)  # without a success, the pauses of the schedule included
RUN_LOG_DAYS = 400
# Scheduled actions that call the same method; the first is active, each other one that is activated is one more worker.
WORKERS = ("cron_synchronize", "cron_synchronize_2", "cron_synchronize_3", "cron_synchronize_4")
STEP_RETRIES = 10  # attempts of one page or batch when others write the same rows; each waits for the one before
TOKEN_RETRIES = 3  # attempts to renew a token; each may wait for another worker's

# A refresh is one synchronization of each kind (doc/ponto-api.md, 3.5). Each kind: the subtype to ask for first, then
# what an older version of the API knows instead; with the first one the pending transactions come along.
REFRESH_SUBTYPES = {
    "details": ("accountDetails",),
    "transactions": ("accountTransactionsWithUnsettled", "accountTransactions"),
}
REFRESH_LIMIT = timedelta(minutes=15)  # live banks take minutes (doc/ponto-api.md, 3.5); then nobody waits any longer
REFRESH_POLL = timedelta(seconds=2)  # what Ponto said is this old at most; all open pages share it
REFRESH_LOG_DAYS = 30

# Authorization of a bank to Ponto: 180 days now for most banks (doc/ponto-api.md, 8.12).
AUTHORIZATION_DAYS = 180
AUTHORIZATION_ISSUES = ("authorizationExpired", "authorizationInvalid")  # of a synchronization (doc/ponto-api.md, 3.5)
EXPIRES_SOON_DAYS = 30
EXPIRY_ACTIVITY_DAYS = 21

# Refused before Odoo sees them (doc/decisions.md, 19).
AMOUNT_LIMIT = 10**12
OLDEST_YEAR = 2000
FUTURE_DAYS = 31

# Reference types that name one account for good; a masked card or an e-mail never relinks by itself
# (doc/decisions.md, 41).
STABLE_REFERENCE_TYPES = ("IBAN", "BBAN")
CARD_REFERENCE_TYPES = ("PAN", "MASKEDPAN")

# Renewing an authorization. The last mail goes out 3 days after the end: its link still serves who was away for a month.
RENEWAL_LINK_DAYS = 45
# Authorizing at a bank takes minutes, a second signature of the company may take until the next day.
RENEWAL_RETURN_HOURS = 24
RENEWAL_MAIL_DAYS = 7  # a mail that a server refuses is sent again once a day for so long
RENEWAL_REQUEST_PAUSE = timedelta(minutes=1)  # clicks within it share one request at Ponto
RENEWAL_REQUEST_DAYS = 7  # kept longer than a return address is valid, so that one is never taken for unknown
RENEWAL_SHOWN = timedelta(minutes=5)  # after a return; as long as an open page shows the progress of a synchronization
# Check connection. A server that keeps its time (NTP) is off by less than a second; a minute is a clock that nobody keeps.
# Five minutes, the most that protocols commonly forgive (RFC 4120, 8.2), put expiries and days on the wrong side.
CLOCK_OFF = timedelta(minutes=1)
CLOCK_WRONG = timedelta(minutes=5)
RATE_OLD = timedelta(days=35)  # a month, the longest pause of usual sources of rates, and some days
# Silence. Ponto refreshes four times a day (doc/ponto-api.md, 3.6): 26 hours without one are four that failed in a row.
REFRESH_SILENCE = timedelta(hours=26)
# A scheduled action that runs every quarter of an hour is not running when nothing happens for so long.
SCHEDULE_SILENCE = timedelta(hours=2)
# An account's rhythm is known from the days of its last year (and a month, so that last year's holiday is in it) ...
RHYTHM_YEAR_DAYS = 400
# ... when there are as many as one a month: four transactions a year have no rhythm ...
RHYTHM_DAYS = 12
# ... over two months at least: the first weeks of an account are like no others.
RHYTHM_SPAN_DAYS = 60
# Twice the longest pause it ever made in that year is not its rhythm anymore,
RHYTHM_FACTOR = 2
# and never before this: a week's holiday with the weekends on both sides is 10 days, from Friday to Monday.
SILENT_DAYS = 11
# An announced maintenance matters to who looks at a bank, not before.
MAINTENANCE_AHEAD = timedelta(days=2)
# What the card says of an account and its bank: only what keeps transactions away now.
CARD_NOTICES = ("maintenance", "readonly", "deprecated")
