/**
 * A certificate for `broker.test`, signed by itself, good from 2020 to 2120; and its key, which is a secret of nobody: it was
 * made for these tests (`openssl ca -selfsign`) and is used nowhere else.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBYzCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAticm9rZXIu
dGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLYnJva2VyLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARrTeeEMdgK
TfuKW6ZlO5aFYY5P97xdlia9qh2uznSAf/DOUQGlQ6ba74RfMCixaFxoXVrODQl7
EwFSgSEyJ3Uao0cwRTAWBgNVHREEDzANggticm9rZXIudGVzdDAMBgNVHRMEBTAD
AQH/MB0GA1UdDgQWBBT1vIcut9DXVtn6IQU4DuiriTaiWDAKBggqhkjOPQQDAgNH
ADBEAiABzW8+JuEXpsgUW/oYKHibdZtKQa+bp21256ZZGN/LbAIgBhhGojvLhOWX
YCZ2EEkNNd3SwNH5k+2zN+uIUZDeQZk=
-----END CERTIFICATE-----
`

export const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzPOe0UBkJXJ3dc1n
4mmz88lhlb5Kr3FiJpHVz/AgOmShRANCAARrTeeEMdgKTfuKW6ZlO5aFYY5P97xd
lia9qh2uznSAf/DOUQGlQ6ba74RfMCixaFxoXVrODQl7EwFSgSEyJ3Ua
-----END PRIVATE KEY-----
`
