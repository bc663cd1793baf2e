/**
 * Verifies signatures of modules with keys that the caller trusts, or that a kernel was built with.
 *
 * <p>Since 4.3 a signature is a PKCS#7 message (RFC 2315; CMS, RFC 5652) over the bytes in front of it: one or more signers, each named by the
 * issuer and serial number of its certificate or by its key identifier, without signed attributes and without the content. From 3.7 to 4.2 it
 * is the signer's name, the key's identifier and an RSA signature. Keys are RSA (PKCS #1 v1.5) or ECDSA, as in {@code java.security}; the
 * digests are SHA-1, SHA-2 and SHA-3.
 */
@NullMarked
package io.modrt.signature;

import org.jspecify.annotations.NullMarked;
