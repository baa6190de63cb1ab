# How large pages are written.
size-choice = ｜文字《もじ》の ｜大《おお》きさ
size-small = ｜小《しょう》
size-medium = ｜中《ちゅう》
size-large = ｜大《だい》
size-huge = ｜特大《とくだい》
