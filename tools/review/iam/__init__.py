"""Who may do what: compares IAM policies, trust and resource policies of two templates by meaning, not by text.

`compare_access` is the way in. Nothing here looks at a real account: policies of other stacks, service control policies
and what AWS-managed policies hold stay unseen.
"""

from tools.review.iam.access import Access, AccessChange, Direction
from tools.review.iam.compare import compare_access
from tools.review.iam.sources import POLICY_PROPERTIES, is_policy

__all__ = ["POLICY_PROPERTIES", "Access", "AccessChange", "Direction", "compare_access", "is_policy"]
