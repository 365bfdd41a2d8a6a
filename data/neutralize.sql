-- A neutralized copy must never call a bank: no credentials, no tokens, no schedule, nothing asked for.
UPDATE ponto_connection
   SET client_id = '',
       client_secret_stored = NULL,
       state = 'draft',
       schedule = 'manual',
       next_sync_at = NULL;

DELETE FROM ponto_token;

DELETE FROM ponto_refresh;

-- Nor does it lead people to the bank. The copy has the secret that signs links: a link of production must serve nothing
-- here, and one that the copy makes serves nothing in production.
UPDATE ponto_renewal
   SET nonce = replace(gen_random_uuid()::text, '-', '');

DELETE FROM ponto_renewal_request;

-- Nobody hears from the copy: what waits to leave, was refused, or was kept after it left, holds addresses and links.
DELETE FROM mail_mail
 USING mail_message
 WHERE mail_message.id = mail_mail.mail_message_id
   AND (mail_message.model = 'ponto.renewal'
        OR mail_message.model IN ('ponto.connection', 'ponto.account')
           AND mail_mail.state IN ('outgoing', 'exception'));

DELETE FROM mail_message_schedule
 USING mail_message
 WHERE mail_message.id = mail_message_schedule.mail_message_id
   AND mail_message.model IN ('ponto.renewal', 'ponto.connection', 'ponto.account');

DELETE FROM mail_scheduled_message
 WHERE model IN ('ponto.renewal', 'ponto.connection', 'ponto.account');
