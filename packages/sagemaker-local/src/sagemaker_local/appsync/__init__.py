"""Event APIs of AWS AppSync: channels, events, handlers and the two ways in, without a word of MiniStack.

MiniStack keeps the APIs and namespaces, as boto3's operations make them; `sagemaker_local.ministack.appsync_events`
gives them to this package. What it answers is what AWS documents, and what users and Amplify's own tests report of it.
"""
