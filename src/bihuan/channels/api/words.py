"""What the operations of the API are called."""

from bihuan.engine.words import Text

TITLE = Text("闭环接口", "The API of Bihuan")
OPERATIONS = {
    "register_case": Text("登记一个案件", "Register a case"),
    "read_registration_form": Text("登记时可填的各栏", "What may be told when registering"),
    "list_cases": Text("列出案件，可筛选、查找", "List cases, narrowed or looked for"),
    "read_case": Text("读一个案件", "Read a case"),
    "reveal_contact": Text("查看联系方式(留下记录)", "See contact data in clear (it is logged)"),
    "list_obligations": Text("案件的全部待办", "What is and was owed in a case"),
    "read_history": Text("案件的经过", "The history of a case"),
    "list_files": Text("案件的附件", "The files of a case"),
    "download_file": Text("下载附件", "Download a file"),
    "list_acts": Text(
        "现在可办的动作，及其他为何不可", "Acts possible now, and why others are not"
    ),
    "do_act": Text("办理一个动作", "Do an act"),
    "upload_file": Text("上传附件", "Upload a file"),
    "read_me": Text("我是谁", "Who I am"),
    "list_owed": Text("我的待办", "What I owe"),
    "list_notices": Text("我的通知", "What I was told"),
    "mark_notices_read": Text("标为已读", "Mark notices as read"),
    "list_policies": Text("现行制度", "The policies in force"),
    "read_policy": Text("读一项制度", "Read a policy"),
    "read_policy_rows": Text("制度逐条读出", "A policy row by row, as sentences"),
    "read_policy_findings": Text("制度的检查结果", "What the checker finds in a policy"),
    "check_policy_text": Text("检查一份制度文本", "Check the text of a policy"),
    "compute_due": Text("计算时限何时到期", "Compute when a time limit ends"),
    "read_organisation": Text("单位、岗位与任职", "Units, posts and who holds them"),
    "list_documents": Text("文件库的文件", "The documents of the library"),
    "read_document": Text("读一份文件", "Read a document"),
    "act_on_members": Text(
        "把指挥案的动作办到各成员案上", "Do an act of the command case on all members"
    ),
    "change_organisation": Text(
        "变更单位、任职、缺勤或人员", "Change units, seats, absences or people"
    ),
    "publish_document": Text("公布文件或新版本", "Publish a document or a new version"),
    "copy_document": Text("登记抄送时间", "Note when the copy came"),
    "withdraw_document": Text("废止一个版本", "Withdraw a version"),
    "list_messages": Text("收到的来件", "What was received"),
    "read_message": Text("读一件来件", "Read a message"),
    "judge_message": Text("分拣来件", "Judge a message"),
    "read_customer_case": Text("客户查看自己的案件", "The customer's own case"),
    "do_customer_act": Text("客户办理一个动作", "An act of the customer"),
    "list_webhooks": Text("推送地址", "The webhooks"),
    "list_deliveries": Text("推送记录", "The log of a webhook"),
    "replay_delivery": Text("再次推送", "Send a delivery again"),
}
