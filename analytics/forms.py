from django import forms

from analytics.models import Feedback


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(choices=Feedback.Verdict.choices)
