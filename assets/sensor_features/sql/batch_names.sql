-- Names of batches, sorted: an enumeration, so that readings carry numbers until they are stored.
SELECT batch_id FROM core.batches ORDER BY batch_id;
