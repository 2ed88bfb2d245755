"""What people call one thing by many names: 账单 and 结账 are one topic, 拉链 and 掉毛 are two.

A line is a topic, called by its first word. A word is one character that says it alone, two as they stand in a text
(of 打不开 both 打不 and 不开), or an English word; it stands in one line. What stands behind ~ is said beside other
matters too (要求退款, 快递员): it counts where nothing else is known. What people say of everything (慢, 差, 问题)
tells nothing and stands in none. Whoever misses a word adds it to its line. Texts whose topics are known and differ
are about different matters though they name the same coat.
"""

_TOPICS = """
# Buildings, water, power, air
空调 冷气 暖风 热风 闷热 出风 太冷 太热 冻得 中暑 闷得 太闷 热得 aircon conditioning
暖气 供暖 地暖 取暖 供热 采暖 室温 heating radiator heater
水温 忽冷 忽热 烧不 冷水 凉水 不热 水凉 水冷 烫人 ~ 热水 洗澡 淋浴 花洒 shower showers
电梯 轿厢 困梯 梯门 lift elevator
扶梯 滚梯 escalator
停电 断电 跳闸 电闸 没电 限电 拉闸 次电 outage blackout
电压 不稳 忽明 忽暗 voltage
水压 水流 没水 停水 断水 水小 爆管
水质 黄水 发黄 浑浊 铁锈 锈味
漏水 渗水 渗漏 漏雨 雨水 滴水 渗下 水印 水渍 漏得 管漏 一滩 滴到 漏油 洒了 洒出 撒了 撒出 汤洒 leak \
leaks leaking leaked spilled spilt
霉斑 发霉 长霉 霉点 mould mold
积水 水淹 被淹 进水 内涝 泡水 泡在 泡了 flooded flooding flood
下水 地漏 马桶 堵塞 返味 返臭 反味 反水 管堵 drain toilet
臭味 臭 臭气 异味 恶臭 馊臭 霉味 有味 味大 smell smells stench stinks
甲醛 刺鼻 呛鼻 formaldehyde
漏气 煤气 ~ 燃气
停气 断气
漏电 触电 电到 麻手 electrocuted
垃圾 清运 垃桶 rubbish garbage trash bins
苍蝇 蟑螂 老鼠 蚊子 虫子 蚊虫 小虫 臭虫 跳蚤 cockroach cockroaches rats insect insects bedbugs
洗手 生间 厕所 厕纸
抽烟 烟味 吸烟 烟头 二手 smoke smoking
油烟 烟道
噪音 噪声 吵 吵闹 吵得 吵醒 扰民 大喊 喧哗 隔音 唱歌 嗡嗡 轰鸣 轰隆 音太 音很 听得 打呼 音量 noise noisy loud
麻将 棋牌
装修 施工 电钻 砸墙 敲墙 钻墙 拆墙 renovation drilling
广场 舞曲 音响 喇叭
养狗 遛狗 狗粪 狗叫 恶犬 牵绳 拴绳 大狗 狗尿 狗咬 条狗 dog dogs barking
门禁 闸机 道闸 抬杆 ~ 刷卡
楼道 走廊 过道 楼梯
照明 路灯 声控 灯坏 不亮 灯泡 黑漆 摸黑 light lights lamp dark ~ 灯 闪
车位 占位 乱停 停车 违停 parking
车库 地库 garage
电瓶 电动 飞线
消防 通道 灭火
打滑 很滑 太滑 滑倒 湿滑 结冰 摔倒 摔了 滑了 跌倒 摔跤 跌了 slippery slipped
窗户 窗框 玻璃 漏风
门锁 锁坏 锁芯
墙皮 墙面 开裂 裂缝 空鼓 起皮
绿化 草坪 树木 修剪
井盖 坑洼 路面 pothole
监控 摄像 探头
保安 门岗 巡逻
泳池 游泳 pool swimming
健身 器材 跑步 gym treadmill treadmills
电费 水费 气费 水表 电表 气表 抄表 抄 缴费

# Rooms, beds, meals
脏 脏乱 污渍 灰尘 积灰 没洗 没擦 没扫 打扫 血迹 油污 干净 层灰 擦完 毛发 黄渍 污垢 油腻 发黑 没倒 唇印 \
油渍 茶渍 尿渍 水垢 垢 脚印 dirty filthy unclean stained stains
床单 被单 被子 被套 被罩 枕套 枕头 床品 毛巾 浴巾 换洗 sheet sheets linen towel towels pillow
用品 拖鞋 牙刷 纸巾
床垫 床板 床太 塌陷 凹陷 弹簧 腰疼 腰酸 腰痛 mattress
早餐 早饭 自助 breakfast buffet
伙食 饭菜 食堂 三餐 营养 膳食 盒饭 餐食 机餐 不饱 没肉 canteen
难吃 太咸 太淡 太油 太辣 没味 口味 salty tasteless
份量 分量 量少 缩量 portion portions
房卡 门卡 感应 keycard
拉肚 腹泻 肚子 呕吐 上吐 中毒 吃坏 挂水 拉稀 poisoning vomiting
变质 过期 馊味 发馊 不新 霉变 临期 臭了 长毛 绿毛 酸了 烂了 腐烂 expired rotten stale mouldy
异物 钢丝 塑料 吃出 吃到 汤里 菜里 饭里 碗里 面里 粥里 ~ 头发 hair
凉了 冷了 没熟 生的 夹生 凉透 冰凉 冷的 凉的 坨 undercooked cold
超售 满房 没房 无房 订房 房型 超订 预订 订好 车型 预定 overbooked booking reservation ~ 查不
无窗 海景 景观 朝向
住宿 星级 五星 四星 三星 招待

# Coming, waiting, being told
排队 排了 排到 叫号 排号 取号 过号 等位 插队 窗口 候诊 候车 挂号 放号 队伍 queue queued queues
延误 久等 晚点 误点 延迟 超时 起飞 催单 催了 没到 未到 转运 中转 揽收 次日 餐慢 菜慢 没好 才到 才来 \
才送 没发 不发 备货 备降 滞留 返航 晚了 送晚 没送 迟了 late delay delayed delays waiting waited ~ 等了 \
等着 钟头 迟迟 拖了 一拖 再拖 拖延 下文 回音
预约 爽约 放鸽 鸽子 约好 约了 没来 不来 失约 改期 迟到 appointment
改签 退票 票退 票款 手续 cancel cancelled canceled cancellation ~ 取消
材料 资料 证明 单据 提交 补交 补办 挂失 换卡 开户 跑了 documents paperwork
态度 恶劣 翻白 白眼 甩脸 冷淡 不耐 阴阳 辱骂 骂人 嘲笑 冷漠 顶撞 爱答 搭理 不理 很冲 板着 臭脸 吼我 \
敷衍 语气 骂 凶 蛮横 难听 冷冰 嫌烦 不抬 脸色 不屑 鄙视 训斥 礼貌 没礼 爱搭 不高 黑脸 瞪 拍桌 推搡 没素 \
素质 呵斥 吼 话冲 好气 rude impolite attitude unfriendly shouted shouting yelled ignored
推销 强推 强制 强买 强迫 逼着 逼我 硬推 捆绑 搭售 私教 购物 自费 骚扰 轰炸 打来 非让 非要 劝我 充卡 \
办卡 拉客 缠着 pushy upsell harass harassing spam
广告 弹窗 开屏 跳转 ads advert adverts
红包 送礼 送烟 请吃 回扣 索要 小费 tip tips
催收 恐吓 威胁 通讯 threatened
承诺 答应 不认 变卦 兑现 反悔 promised
虚假 宣传 夸大 隐瞒 误导 欺骗 骗人 忽悠 包过 保过 被骗 骗钱 骗了 坑人 套路 不实 misleading misled lied \
scam ~ 没告 未告 没说
泄露 隐私 倒卖 privacy
停业 关门 倒闭 跑路 闭店 歇业 关店 失联 撤店 搬空 解散 bankrupt

# Parcels and what comes in them
签收 代签 驿站 代收 送上 不送 家门 扔在 乱扔 乱放 doorstep
少发 漏发 少给 少了 漏送 少送 只来 缺少 漏装 漏放 少一 少件 漏件 缺一 missing
缺斤 秤 短两 称重 虚高 斤两
发错 错发 送错 拿错 给错 错了 错餐 送成 寄错 换成
地址 派错 投错 别人 address
调包 掉包 空盒 空箱 拆过 被拆 拆封 砖头 opened
破损 碎 摔坏 摔裂 摔烂 摔掉 磕掉 磕坏 撞坏 弄坏 砸坏 压坏 压烂 压扁 挤坏 裂了 裂开 外壳 破裂 破了 暴力 \
砸烂 磨损 漏液 damaged smashed crushed
划痕 刮痕 磕碰 掉漆 刮花 刮蹭 剐蹭 旧伤 scratch scratches scratched
假货 正品 假的 仿冒 仿品 高仿 防伪 冒牌 山寨 真伪 fake counterfeit
色差 颜色 偏色 colour color colours
不符 图片 实物 描述 对板 picture pictures described description ~ 照片 photo photos
做工 瑕疵 破洞 毛刺 粗糙 污点 痕迹 用过 穿过 有洞 个洞 flaw flaws
修图 精修 底片 拍得 拍虚 成片
尺码 尺寸 偏小 偏大 合身 码数 换码 换大 换小 size sizes sizing
缺货 断货 没货 无货 砍单 卖完 售罄 退单 stock
丢失 丢了 被偷 失窃 被盗 弄丢 遗失 不见 找不 偷 丢件 丢包 全没 被拿 lost stolen
数据 记录 恢复 备份 存档

# Money
押金 定金 订金 退定 证金 deposit
涨价 收费 车费 加价 加收 外收 额外 附加 料费 加钱 补钱 涨到 多要 乱收 要收 收我 贵了 太贵 坐地 高价 \
天价 宰客 漫天 extra surcharge expensive price prices hidden
运费 邮费 到付 超重 postage
账单 结账 买单 收银 多收 多算 算错 小票 对不 价签 金额 多扣 乱扣 扣款 扣费 复扣 两遍 标价 特价 扫出 \
货架 多刷 明细 对账 bill billed overcharged receipt charged overcharge
降价 保价 价保 差价 打折 discount ~ 原价
年费 月费 会费 fee fees
套餐 合约 携号 转网 降档 plan
漫游 roaming
注销 销户 保号 过户
增值 开通 订购 彩铃 流量 私自 擅自
续保 动续 续订 订阅 试用 动扣 退订 renewal renewed subscription subscribed
团购 优惠 满减 折扣 代金 餐券 券用 coupon voucher
会员 储值 余额 卡里 年卡 转卡 转让 membership
更衣 储物 撬
积分 兑换 里程 points miles
充值 充了 钻石 元宝 点券 道具 未成 recharge
发票 开票 税号 invoice ~ 抬头
赠品 礼品 返现 gift
好评 差评
换货 调换 exchange replacement
拒赔 不赔 免责 既往 如实 障范
免赔 条款 退保 犹豫 待期 保费 premium
贷款 还贷 房贷 还款 利息 利率 额度 征信 loan mortgage
滞纳 纳金 欠费 罚息
理财 保本 亏损 亏了 风险 基金
盗刷 境外 我操 转走 划走 被转 诈骗 冒用 fraud unauthorised unauthorized
取款 吞卡 吞了 吐钱 助机 atm ~ 存款
转账 汇款 转错 transfer
限额 限制

# Clothes, shoes, furniture
开胶 鞋底 脱胶
开线 脱线 缝线 线头 崩线
拉链 链头 zip zipper
褪色 掉色 染色 串色
掉毛 钻毛 跑绒 钻绒 掉绒 飞毛
起球 缩水 变形
掉皮 脱皮 爆皮 皮屑 皮面 掉渣 peeling
松动 摇晃 散架 螺丝 wobbly

# Appliances, cars, screens
制冷 冷藏 不冷 保鲜 降温 降不 cooling
断裂 断了 折断 snapped
生锈 锈 rust rusty
吸力 吸不 滤芯 滤网
结霜 霜 除霜 化霜 冰层 冻住 frost
脱水 甩干 滚筒 spin
卡住 卡死 拉不 stuck jammed ~ 打不 开不
失灵 遥控 按键 没反 反应 触摸 启动 开机 停机 罢工 不转 faulty defective unresponsive
冒烟 烧焦 烧黑 起火 着火 烧坏 发烫 自燃
黑屏 死机 卡顿 重启 屏幕 大屏 花屏 蓝屏 竖线 横线 亮线 条纹 坏点 闪屏 触屏 变暗 screen black
续航 掉电 电量 亏电 电池 range battery
过热 发热 overheating overheats
快充 充电 跳枪 充不 电桩 charger charging
机油 油位 油尺
异响 怪响 嘎吱 吱吱 尖叫 响声 咯吱
刹车 制动 刹不 brake brakes
抖动 顿挫 共振 抖得 震动 振动 震得 晃动 乱晃 跳起 vibrates vibration shakes
变速 换挡 挂挡
发动 熄火 怠速 趴窝 抛锚
油耗 费油
加油 油量 满油
方向 转向 跑偏
轮胎 鼓包 爆胎
天窗 车窗 雨刮
座椅 加热
导航 车机 中控
保养 首保
~ 报修 维修 修理 返修 管修 没修 不修 报障 抢修 repair repairs repaired
保修 质保 三包 过保 warranty
配件 缺件 备件
救援 拖车
画面 模糊 字幕 画质 破音 噪点 杂音 没声 blurry
网络 断网 无线 网速 上网 掉线 连不 光猫 路由 没网 兆 带宽 断线 掉网 网卡 网慢 wifi internet ~ 宽带 broadband
信号 通话 断续 基站 signal coverage

# Accounts and apps
登录 登陆 登不 闪退 崩溃 加载 进不 验证 密码 人脸 识别 白屏 注册 login crash crashes crashed password ~ app
掉帧 lag
外挂 开挂 脚本 作弊 cheaters cheating
抽卡 爆率 概率 掉率 抽了 出货
封号 被封 封禁 解封 冻结 申诉 banned suspended frozen
盗号 找回 hacked

# Journeys and drivers
座位 位子 靠窗 选座 站票 位置 出票 seat seats
甩站 越站 飞站 拒载 到站 招手
甩团 丢下 报站 落下 丢在 扔下
行程 景点 itinerary
急刹 油门 起步 飙车 超速 闯红 开得 驾驶 追尾 speeding reckless
绕路 绕道 打表 detour
违章 罚单 fine
拥挤 挤 人满 大班 小班 人贴 高峰 人多 人太 爆满 约满 满员 crowded overcrowded packed
班次 末班 首班 没车 间隔 等车
签证 护照 visa passport

# Lessons, care, health
师资 代课 助教 名师 授课 讲课 请假 教学 换老 备课
证书 拿证 结业 学历 文凭 certificate
作业 批改 反馈 homework
体罚 打孩 欺负 霸凌 打架 打老 虐待 bullying bullied abuse abused
走失
考试 约考 科目 名额 约不 补考 成绩 分数
扎针 打针 输液 针眼 血管 扎了 injection needle
用药 喂药 漏服 吃药 剂量 喂错 停药 ~ 药
检查 化验 拍片 开药 过度 治疗 tests
误诊 漏诊 诊断 misdiagnosed
过敏 红疹 皮疹 起疹 allergic allergy rash
手术 感染 疤痕 后遗 复发 surgery infection scar
报告 体检 结果
牙 dental tooth teeth dentist
褥疮 翻身 尿布 尿湿 纸尿 按铃 尿片 喂饭 擦身 照看 看护
受伤 烫伤 划伤 割伤 流血 骨折 抓伤 磕破 淤青 缝针 咬伤 伤口 摔伤 咬了 injured burned bruise bruises
夹 夹手 夹伤
剪坏 剪得 剪短 烫完 染的 发型 发色 haircut
# Said beside most matters: what one wants, by whom or with what it came
~ 理赔 赔款 赔付 赔偿 定损 出险 报销 claim claims
~ 退款 退钱 退货 退换 不退 退费 退还 退回 退学 到账 退团 refund refunded refunds
~ 快递 包裹 快件 parcel parcels locker lockers courier couriers
~ 回电 回访 回复 不通 占线 人工
~ 物流 送货 配送 发货 派送 运单 取件 delivery delivered shipping
~ 外卖 骑手 送餐 rider takeaway
~ 行李 托运 箱子 luggage baggage suitcase
~ 安装 装机 报装 师傅 上门 install installer
~ 老师 教练 讲师 阿姨 保姆 导游 司机 前台 柜台 空姐 乘务 teacher coach driver guide reception receptionist crew
~ 护士 医生 大夫 护工 护理 doctor nurse
~ 交房 收房 逾期
~ 交车 提车
~ 房产 产证 办证
~ 账号 账户 account
"""

LINES = [line for line in _TOPICS.splitlines() if line and not line.startswith("#")]
MATTERS: dict[str, str] = {}  # by each word the topic it speaks of
BESIDE: dict[str, str] = {}  # the same of words said beside other matters
for _line in LINES:
    _words, _, _beside = _line.partition("~")
    _name = (_words or _beside).split()[0]
    MATTERS |= dict.fromkeys(_words.split(), _name)
    BESIDE |= dict.fromkeys(_beside.split(), _name)
TOPICS = MATTERS | BESIDE
