-- What do the records allow one to say about each outcome, and why?
-- Asked by: quality assurance.
SELECT title AS outcome, is_headline, is_proxy, batches, failures, failure_rate, verdict, auc, reason
FROM outcomes
ORDER BY is_headline DESC, outcome;
