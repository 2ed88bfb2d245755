"""What people call one thing by many names: 账单 and 结账 are one topic, 拉链 and 掉毛 are two.

A word here is two characters as they stand in a text, or an English word; whoever misses one adds it to its line. Texts
whose topics are known and differ are about different matters though they name the same coat.
"""

_TOPICS = """
空调 冷气 制冷 暖风 热风 闷热 aircon conditioning
暖气 供暖 地暖 取暖 供热 采暖 室温 heating radiator
电梯 轿厢 困梯 梯门 lift elevator
扶梯 滚梯 escalator
停电 断电 跳闸 电闸 没电 outage blackout
水压 水流 没水 停水 断水 水小
水质 黄水 发黄 浑浊 铁锈 锈味
漏水 渗水 渗漏 漏雨 滴水 水印 水渍 leak leaks leaking leaked
霉斑 发霉 长霉 霉点 mould mold
积水 水淹 被淹 进水 内涝 泡水 泡在 泡了 flooded flooding flood
下水 地漏 马桶 堵塞 返味 返臭 反味 反水 管堵 drain toilet
臭味 臭气 异味 恶臭 臭得 smell smells stench stinks
垃圾 清运 垃桶 rubbish garbage trash bins
苍蝇 蟑螂 老鼠 蚊子 虫子 蚊虫 cockroach cockroaches rats
洗手 生间 厕所 厕纸
抽烟 烟味 吸烟 烟头 二手 smoke smoking
油烟 烟道
噪音 噪声 吵闹 吵得 吵醒 扰民 大喊 喧哗 noise noisy loud
麻将 棋牌
装修 施工 电钻 砸墙 敲墙 钻墙 拆墙 renovation drilling
广场 舞曲 音响 喇叭
养狗 遛狗 狗粪 狗叫 恶犬 牵绳 拴绳 大狗 狗尿 狗咬 条狗 dog dogs barking
门禁 刷卡 闸机 道闸 抬杆
楼道 走廊 过道 楼梯
照明 路灯 声控 灯坏 不亮 灯泡 黑漆 摸黑 light lights lamp dark
车位 占位 乱停 停车 违停
车库 地库 garage
电瓶 电动 飞线 充电
消防 通道 灭火
打滑 很滑 太滑 滑倒 湿滑 结冰 摔倒 摔了 滑了 slippery slipped
窗户 窗框 玻璃 漏风
门锁 锁坏 锁芯
墙皮 墙面 开裂 裂缝 空鼓 起皮
绿化 草坪 树木 修剪
监控 摄像 探头
保安 门岗 巡逻
快递 包裹 快件 parcel parcels locker lockers courier couriers
物流 送货 配送 发货 派送 delivery delivered shipping
交房 收房 逾期
交车 提车
房产 产证 办证
押金 定金 订金 退定 deposit
涨价 收费 车费
账单 结账 买单 收银 多收 多算 算错 小票 对不 价签 金额 bill billed overcharged receipt
团购 优惠 满减 折扣 代金 套餐 券用
会员 储值 充值 余额 卡里 积分
发票 开票 抬头 税号 invoice
退款 退钱 退货 退换 不退 refund refunded refunds
换货 换码 调换 尺码 换大 换小 exchange replacement
赠品 礼品 返现
承诺 答应 不认 变卦 兑现 反悔
排队 叫号 排号 取号 过号 等位 插队 窗口 queue queued waiting
态度 恶劣 翻白 白眼 甩脸 冷淡 不耐 阴阳 辱骂 骂人 嘲笑 冷漠 顶撞 rude
开胶 鞋底 脱胶
开线 脱线 缝线 线头 崩线
拉链 链头 zip zipper
褪色 掉色 染色 串色
掉毛 钻毛 跑绒 钻绒 掉绒 飞毛
起球 缩水 变形
拉肚 腹泻 肚子 呕吐 上吐 中毒 吃坏 挂水 拉稀
变质 过期 馊味 发馊 不新 霉变 临期
头发 钢丝 塑料 异物 吃出 hair
凉了 没熟 生的 夹生
冒烟 烧焦 烧黑 起火 着火 烧坏 发烫 自燃
黑屏 死机 卡顿 重启 屏幕 大屏 花屏 蓝屏 screen black
续航 掉电 电量 亏电 电池 range battery
快充 充电 跳枪 充不 电桩 charger charging
机油 油位 油尺
异响 怪响 嘎吱 吱吱 尖叫 响声 咯吱
刹车 制动 刹不 brake brakes
抖动 顿挫 共振 抖得
变速 换挡 挂挡
发动 熄火 怠速 趴窝 抛锚
油耗 费油
方向 转向 跑偏
轮胎 鼓包 爆胎
天窗 车窗 雨刮
座椅 加热
导航 车机 中控
保养 维修 修理 返修
配件 缺件 备件
救援 拖车
预约 爽约 放鸽
回电 回访 回复 不通
网络 断网 信号 宽带 wifi internet
泳池 游泳 pool swimming
健身 器材 跑步 gym treadmill treadmills
电费 水费 燃气
噪点 杂音
划痕 磕碰 掉漆 刮花 破损 碎了
少发 漏发 错发 发错 送错 少给 missing
假货 正品 仿冒 fake counterfeit
虚假 宣传 夸大
丢失 丢了 被偷 失窃 被盗
"""

# By each word the topics it speaks of, named by the first word of their line.
_NAMED: dict[str, set[str]] = {}
for _line in filter(None, _TOPICS.splitlines()):
    _first, *_more = _line.split()
    for _word in (_first, *_more):
        _NAMED.setdefault(_word, set()).add(_first)
TOPICS = {word: frozenset(names) for word, names in _NAMED.items()}
