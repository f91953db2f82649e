VIEW_INSIGHT = "analytics.view_insight"
ACT_ON_INSIGHT = "analytics.act_on_insight"  # open its care task, say whether it was right
EXPORT_INSIGHTS = "analytics.export_insights"
VIEW_MODEL = "analytics.view_model"
KEEP_MODELS = "analytics.keep_models"  # train one, approve one, fall back on the rules
