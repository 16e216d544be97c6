"""Use cases: each public function is one transaction, and raises a ServiceError where it cannot be done."""
