# What notices are about.
category-label = ｜種類《しゅるい》
category-hint = ｜読《よ》む ｜人《ひと》が、｜後《あと》で さがす ときに ｜使《つか》います。
category-disaster = ｜地震《じしん》・｜台風《たいふう》など
category-garbage = ごみ・｜環境《かんきょう》
category-health = ｜体《からだ》・｜健康《けんこう》・｜福祉《ふくし》
category-children = ｜子《こ》ども・｜学校《がっこう》
category-event = おまつり・｜行事《ぎょうじ》
category-works = ｜工事《こうじ》・｜道《みち》・バス
category-safety = ｜安全《あんぜん》（どろぼう・｜交通事故《こうつうじこ》）
category-office = ｜市役所《しやくしょ》・｜手続《てつづ》き
category-other = そのほか
