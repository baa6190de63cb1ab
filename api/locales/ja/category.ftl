# What notices are about.
category-label = 種類
category-hint = 読む方が、あとから探すときに使います。
category-disaster = 防災・災害
category-garbage = ごみ・環境
category-health = 健康・福祉
category-children = 子ども・学校
category-event = 催し・行事
category-works = 工事・交通
category-safety = 防犯・交通安全
category-office = 役所・手続き
category-other = そのほか
