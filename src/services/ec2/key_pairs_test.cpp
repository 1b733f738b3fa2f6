// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/key_pairs.hpp"

#include "base/crypto.hpp"
#include "engines/cryptography/cryptography.hpp"
#include "services/ec2/access.hpp"
#include "services/ec2/ssh_keys.hpp"
#include "services/ec2/testing.hpp"

namespace tocsin::ec2 {
namespace {

/// A key of the documentation of ssh-keygen's users, without a private half here.
constexpr std::string_view kEd25519Line =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl someone";

class KeyPairs : public Ec2Test {
 protected:
  KeyPairs() {
    cloud.on_job("key.generate", [](const core::Job&) -> Result<Document> {
      static const auto pair = cryptography::generate_rsa(2048);
      return Object{{"PrivateKey", base64(pair.private_key)},
                    {"PublicKey", base64(pair.public_key)}};
    });
  }
};

TEST_F(KeyPairs, AreMadeAndGivenOutOnce) {
  const auto rsa = must("CreateKeyPair", {{"KeyName", "ops"}});
  EXPECT_TRUE(text(rsa, "KeyMaterial").starts_with("-----BEGIN RSA PRIVATE KEY-----"));
  EXPECT_EQ(text(rsa, "KeyFingerprint").size(), 59u);  // 20 bytes
  const auto other = must("CreateKeyPair", {{"KeyName", "new"}, {"KeyType", "ed25519"}});
  EXPECT_TRUE(text(other, "KeyMaterial").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
  EXPECT_EQ(text(other, "KeyFingerprint").size(), 44u);
  EXPECT_EQ(refusal("CreateKeyPair", {{"KeyName", "ops"}}),
            "InvalidKeyPair.Duplicate: The keypair already exists: ops");
  EXPECT_EQ(code("CreateKeyPair", {{"KeyName", "dry"}, {"DryRun", true}}), "DryRunOperation");
  EXPECT_EQ(one("DescribeKeyPairs", "KeyPairs.KeyType", {{"KeyNames", Array{"new"}}}), "ed25519");
  EXPECT_EQ(seen("DescribeKeyPairs", "KeyPairs.KeyMaterial"), Texts{});
  must("DeleteKeyPair", {{"KeyName", "ops"}});
  must("DeleteKeyPair", {{"KeyName", "ops"}});
  EXPECT_EQ(refusal("DescribeKeyPairs", {{"KeyNames", Array{"ops"}}}),
            "InvalidKeyPair.NotFound: The key pair 'ops' does not exist");
}

TEST_F(KeyPairs, AreImported) {
  const auto import = [&](std::string_view name, std::string_view material) {
    return Object{{"KeyName", name}, {"PublicKeyMaterial", base64(material)}};
  };
  must("ImportKeyPair", import("mine", kEd25519Line));
  EXPECT_EQ(code("ImportKeyPair", import("bad", "ssh-rsa AAAA")), "InvalidKey.Format");
  const auto pair = cryptography::generate_rsa(2048);
  const auto made = rsa_from(pair.private_key, pair.public_key);
  ASSERT_TRUE(made);
  const auto read = read_public(made->key.line + " someone");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->line, made->key.line);
  EXPECT_EQ(hex(md5(pair.public_key)).substr(0, 2), read->fingerprint.substr(0, 2));
  EXPECT_EQ(one("ImportKeyPair", "KeyFingerprint", import("rsa", base64(pair.public_key))),
            read->fingerprint);
}

}  // namespace
}  // namespace tocsin::ec2
