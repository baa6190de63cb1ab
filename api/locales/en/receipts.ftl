# Who has read a notice.
coverage-households = Households
coverage-read = Read
coverage-acknowledged = Confirmed
coverage-paper = On paper
coverage-unreached = Not reached
coverage-percent = {" "}({ $percent }%)
coverage-at-least = { $count } or more
coverage-levels = Ways to sum up
coverage-level-ward = By ward
coverage-level-district = By district
coverage-level-association = By association
coverage-level-group = By group
coverage-level-household = By household
coverage-nothing = There is no area here that you may see.
coverage-by-household = Household by household
coverage-by-area = Area by area
coverage-state = State
coverage-area = Area
coverage-share = Share read
coverage-share-of = Share of households in { $name } that have read it
coverage-too-few = Not shown: too few households
coverage-stamped = Confirmed
coverage-opened = Read
coverage-on-paper = Paper
coverage-association-alone = Only people of an association see what its households have read.
coverage-masked = “&lt;5” means fewer than five households. The number is hidden so that nobody can tell whose it is.

## What could not be done.
problem-another-sign-in = Somebody else has signed in on this device. What the person before confirmed is not sent.
problem-closed = This notice is old: what single households confirmed was deleted when its time was over. The notice and the numbers are still there.
problem-no-coverage = Only officers, group leaders and staff see who has read a notice.
problem-counts-only = Staff of the city and its wards see numbers by association only. What single households have read is seen by people of their association alone.
