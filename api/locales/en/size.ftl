# How large pages are written.
size-choice = Text size
size-small = Small
size-medium = Medium
size-large = Large
size-huge = Huge
