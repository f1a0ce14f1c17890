"""Questions to answers: a query becomes candidates, exact filters and a cut, one fused order, and a snapshot of it."""
