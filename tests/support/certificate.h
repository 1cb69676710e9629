/* Certificates that sign themselves, for servers of tests. What goes wrong in here fails the test.
 */
#ifndef PLAYBOOK_TESTS_SUPPORT_CERTIFICATE_H
#define PLAYBOOK_TESTS_SUPPORT_CERTIFICATE_H

/* Writes a certificate and its key as PEM files. `names` as OpenSSL writes them: "IP:127.0.0.1" or
 * "DNS:example.com"; it begins and ends so many seconds from now. */
void certificate_write(const char *certificate_path, const char *key_path, const char *names,
                       long begin_s, long end_s);

#endif
