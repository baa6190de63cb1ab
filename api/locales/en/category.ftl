# What notices are about.
category-label = Subject
category-hint = Readers use it to find the notice later.
category-disaster = Disasters and precautions
category-garbage = Garbage and environment
category-health = Health and welfare
category-children = Children and schools
category-event = Events and festivals
category-works = Works and traffic
category-safety = Crime and road safety
category-office = City office and procedures
category-other = Other
