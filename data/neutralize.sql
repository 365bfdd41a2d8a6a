-- A neutralized copy must never call a bank: no credentials, no tokens, no schedule, nothing asked for.
UPDATE ponto_connection
   SET client_id = '',
       client_secret_stored = NULL,
       state = 'draft',
       schedule = 'manual',
       next_sync_at = NULL;

DELETE FROM ponto_token;

DELETE FROM ponto_refresh;
