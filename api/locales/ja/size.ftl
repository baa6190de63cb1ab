# How large pages are written.
size-choice = 文字の大きさ
size-small = 小
size-medium = 中
size-large = 大
size-huge = 特大
