import type { TlsOptions } from '@partita/broker'

// Secrets of nobody: certificates that signed themselves, good to the year 2126, with keys that are used nowhere but in
// these tests. Made with `openssl req -new -x509 -days 36500 -addext subjectAltName=… -addext basicConstraints=critical,CA:TRUE`
// over keys of `openssl ecparam -name prime256v1 -genkey -noout`.

/** For `localhost`, 127.0.0.1 and ::1. */
export const localhost: TlsOptions & { readonly cert: string; readonly key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjYxMTIyMjEzOTQ0WhgPMjEyNjEwMjkyMTM5NDRaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDBk4lu1ffqRaPOQ
G+omiNsgl2MVS7FDzauKfLEGPVx8KCJRlQzSxVIiEvxi8XYSH+onFNfEiHWaJk0J
zbWRh6mjgYEwfzAdBgNVHQ4EFgQUf42TV0jsoR6k9epPDcOK9ryLSb0wHwYDVR0j
BBgwFoAUf42TV0jsoR6k9epPDcOK9ryLSb0wLAYDVR0RBCUwI4IJbG9jYWxob3N0
hwR/AAABhxAAAAAAAAAAAAAAAAAAAAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSQAwRgIhANOn6JprFTVXK4EAc59uumBOnGPyOyuG8huWcDi8v3zhAiEA
wr4TF6L1GJduOoPnk85IVhRH20sx4KLTE3ESNPqANOU=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjfxCWIN6IA1oc6qU
x7YGRrWm0pvWyr2RpJQ0dQMoH0WhRANCAAQwZOJbtX36kWjzkBvqJojbIJdjFUux
Q82rinyxBj1cfCgiUZUM0sVSIhL8YvF2Eh/qJxTXxIh1miZNCc21kYep
-----END PRIVATE KEY-----
`,
}

/** For `broker.test`, where nobody listens. */
export const elsewhere: TlsOptions & { readonly cert: string; readonly key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBiDCCAS6gAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAticm9rZXIu
dGVzdDAgFw0yNjExMjIyMTM5NDRaGA8yMTI2MTAyOTIxMzk0NFowFjEUMBIGA1UE
AwwLYnJva2VyLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATTCnk+KQGQ
5JQuPldM9SoRyuSYyh+ehU5BgZC00SqAHjut/I/LVEDUhZUa7rSWaK4OaoM0GV0R
EY8KV8iOruLlo2swaTAdBgNVHQ4EFgQUffxm3W7ENH8x/7GxIpUCgejMkh4wHwYD
VR0jBBgwFoAUffxm3W7ENH8x/7GxIpUCgejMkh4wFgYDVR0RBA8wDYILYnJva2Vy
LnRlc3QwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA6dW9uUkI
T7Ft2Dp5brySkfduCcBx8O8O+VdAtJby+6MCIA4aUmDrhWVzKiFOMpVFa064muSD
QpRv3a/AwdS1mE6e
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1pl77sU4DwLTUFDV
GO5dsG928hPiYdMTBCrGHTNAxVWhRANCAATTCnk+KQGQ5JQuPldM9SoRyuSYyh+e
hU5BgZC00SqAHjut/I/LVEDUhZUa7rSWaK4OaoM0GV0REY8KV8iOruLl
-----END PRIVATE KEY-----
`,
}
