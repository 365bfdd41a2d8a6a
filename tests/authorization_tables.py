"""What people see on which day, written by hand before the code: 2026-01-05 is a Monday, 2026-07-04 a Saturday.

Each table gives, for every day on which something changes, the events of that day; on all other days nothing happens.
Working days are Monday to Friday. "mail" is one mail to who renews, "activity" one activity for the responsible.
"""

# 180 days from Monday 5 January end on Saturday 4 July. Three working days before: Friday 3, Thursday 2, Wednesday 1.
FIRST_END = {
    "2026-06-04": ["expires_soon"],
    "2026-06-13": ["activity"],
    "2026-06-20": ["mail two_weeks"],
    "2026-07-01": ["mail three_days"],
    "2026-07-04": ["expired", "mail day"],
    "2026-07-07": ["mail after"],
}

# Renewed on Thursday 9 July: 180 days later is Tuesday 5 January 2027; before it Monday 4, Friday 1, Thursday 31.
RENEWED_AFTER_EXPIRY = {
    **FIRST_END,
    "2026-07-09": ["linked", "activity done"],
    "2026-12-06": ["expires_soon"],
    "2026-12-15": ["activity"],
    "2026-12-22": ["mail two_weeks"],
    "2026-12-31": ["mail three_days"],
    "2027-01-05": ["expired", "mail day"],
    "2027-01-08": ["mail after"],
}

# Nobody renews: everybody was told, and there is nothing to add after 7 July. The activity stays.
NEVER_RENEWED = FIRST_END

# The bank says no lifetime and Ponto expects no date: 180 days are taken.
UNKNOWN_LIFETIME = FIRST_END

# 90 days from 5 January end on Sunday 5 April. Three working days before: Friday 3, Thursday 2, Wednesday 1 April.
NINETY_DAYS = {
    "2026-03-06": ["expires_soon"],
    "2026-03-15": ["activity"],
    "2026-03-22": ["mail two_weeks"],
    "2026-04-01": ["mail three_days"],
    "2026-04-05": ["expired", "mail day"],
    "2026-04-08": ["mail after"],
}

# Renewed on 14 June, before the first mail; the next end is Friday 11 December: Thursday 10, Wednesday 9, Tuesday 8.
RENEWED_EARLY = {
    "2026-06-04": ["expires_soon"],
    "2026-06-13": ["activity"],
    "2026-06-14": ["linked", "activity done"],
    "2026-11-11": ["expires_soon"],
    "2026-11-20": ["activity"],
    "2026-11-27": ["mail two_weeks"],
    "2026-12-08": ["mail three_days"],
    "2026-12-11": ["expired", "mail day"],
    "2026-12-14": ["mail after"],
}

# Two accounts of one bank; the second was authorized on Monday 12 January and ends on Saturday 11 July. One activity.
A_WEEK_APART = {
    "2026-06-04": ["first: expires_soon"],
    "2026-06-11": ["second: expires_soon"],
    "2026-06-13": ["activity"],
    "2026-06-20": ["mail two_weeks"],
    "2026-06-27": ["mail two_weeks"],
    "2026-07-01": ["mail three_days"],
    "2026-07-04": ["first: expired", "mail day"],
    "2026-07-07": ["mail after"],
    "2026-07-08": ["mail three_days"],
    "2026-07-11": ["second: expired", "mail day"],
    "2026-07-14": ["mail after"],
}

# No scheduled action from 17 to 23 June: the mail of 20 June comes late on the 24th, and only once.
A_WEEK_WITHOUT_CRON = {
    "2026-06-04": ["expires_soon"],
    "2026-06-13": ["activity"],
    "2026-06-24": ["mail two_weeks"],
    "2026-07-01": ["mail three_days"],
    "2026-07-04": ["expired", "mail day"],
    "2026-07-07": ["mail after"],
}

# The same days; the activity is for the newest active Administrator, who gets the copy too.
ARCHIVED_RESPONSIBLE = FIRST_END

# Nobody wants this account synchronized.
UNTICKED = {}
