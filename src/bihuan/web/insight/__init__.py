"""Dashboards: where cases stand, who is late, when and about what people complain; for whom may see them."""
