-- Names of batches, sorted: readings carry their place in this list.
SELECT batch_id FROM core.batches ORDER BY batch_id;
