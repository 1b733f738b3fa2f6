// SPDX-License-Identifier: Apache-2.0
// Who may: bucket policies, public access blocks, ACLs.
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

std::string policy(std::string_view principal, std::string_view action, std::string_view resource,
                   std::string_view more = "") {
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{},"Action":"{}","Resource":"{}"{}}}]}})",
      principal, action, resource, more);
}

class S3Access : public ::testing::Test {
 protected:
  S3Access() : cloud(register_strict) {
    make_bucket(cloud, "abc");
    put(cloud, "abc", "k", "v");
  }
  std::string as(const std::string& who, std::string_view operation, Object params) {
    params["Bucket"] = "abc";
    return code(call_as(cloud, who, operation, std::move(params)));
  }
  std::string set(std::string_view operation, Object params) {
    params["Bucket"] = "abc";
    return code(cloud, operation, std::move(params));
  }
  void unblock() { ASSERT_EQ(set("DeletePublicAccessBlock", {}), "ok"); }
  TestCloud cloud;
};

TEST_F(S3Access, NobodyElseMayByDefault) {
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(as("123456789012/ann", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(as("anonymous", "DeleteBucket", {}), "AccessDenied");
  EXPECT_EQ(code(call_as(cloud, "anonymous", "GetObject", {{"Bucket", "none"}, {"Key", "k"}})),
            "NoSuchBucket");
  EXPECT_EQ(set("GetObject", {{"Key", "k"}, {"ExpectedBucketOwner", "111122223333"}}),
            "AccessDenied");
}

TEST_F(S3Access, APolicyLetsIn) {
  ASSERT_EQ(
      set("PutBucketPolicy", {{"Policy", policy(R"({"AWS":"arn:aws:iam::111122223333:user/eve"})",
                                                "s3:GetObject", "arn:aws:s3:::abc/*")}}),
      "ok");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "HeadObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "PutObject", {{"Key", "k"}}), "AccessDenied");
  // Who may not list must not learn that a key is missing.
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "none"}}), "AccessDenied");
  EXPECT_EQ(set("GetObject", {{"Key", "none"}}), "NoSuchKey");
}

TEST_F(S3Access, PoliciesTellHowARequestWasSigned) {
  const auto get = [&](const std::optional<core::Signing>& signing) {
    auto request = cloud.request("s3", "GetObject", Object{{"Bucket", "abc"}, {"Key", "k"}});
    request.credential = {.kind = core::Credential::Kind::Key, .access_key_id = "123456789012/ann"};
    request.signing = signing;
    return code(cloud.call(std::move(request)));
  };
  const auto allow_where = [&](std::string_view condition) {
    EXPECT_EQ(
        set("PutBucketPolicy", {{"Policy", policy(R"({"AWS":"arn:aws:iam::123456789012:user/ann"})",
                                                  "s3:GetObject", "arn:aws:s3:::abc/*",
                                                  fmt::format(R"(,"Condition":{})", condition))}}),
        "ok");
  };
  const core::Signing header{"REST-HEADER", "AWS4-HMAC-SHA256", 0, "UNSIGNED-PAYLOAD"},
      url{"REST-QUERY-STRING", "AWS4-HMAC-SHA256", 700'000, {}},
      old{"REST-QUERY-STRING", "AWS", 0, {}};
  allow_where(R"({"StringEquals":{"s3:authType":"REST-HEADER"}})");
  EXPECT_EQ(get(header), "ok");
  EXPECT_EQ(get(url), "AccessDenied");
  EXPECT_EQ(get(std::nullopt), "AccessDenied");
  allow_where(R"({"StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}})");
  EXPECT_EQ(get(url), "ok");
  EXPECT_EQ(get(old), "AccessDenied");
  allow_where(R"({"NumericLessThan":{"s3:signatureAge":"600000"}})");
  EXPECT_EQ(get(url), "AccessDenied");
  EXPECT_EQ(get(old), "ok");
  EXPECT_EQ(get(header), "AccessDenied");  // has no age
  allow_where(R"({"StringEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}})");
  EXPECT_EQ(get(header), "ok");
  EXPECT_EQ(get(url), "AccessDenied");
}

TEST_F(S3Access, ListingHasItsOwnConditionKeys) {
  const auto limited =
      policy(R"({"AWS":"arn:aws:iam::111122223333:user/eve"})", "s3:ListBucket", "arn:aws:s3:::abc",
             R"(,"Condition":{"StringEquals":{"s3:prefix":"public/"}})");
  ASSERT_EQ(set("PutBucketPolicy", {{"Policy", limited}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "ListObjectsV2", {{"Prefix", "public/"}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "ListObjectsV2", {}), "AccessDenied");
}

TEST_F(S3Access, ConditionKeysOfAccountAndRetention) {
  const auto may = [&](std::string_view action, std::string_view condition) {
    const auto text = policy(R"({"AWS":"arn:aws:iam::111122223333:user/eve"})", action,
                             "arn:aws:s3:::abc/*", fmt::format(R"(,"Condition":{})", condition));
    ASSERT_EQ(set("PutBucketPolicy", {{"Policy", text}}), "ok");
  };
  may("s3:*Object", R"({"StringEquals":{"s3:ResourceAccount":"123456789012"}})");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "PutObject", {{"Key", "k"}}), "ok");
  may("s3:*Object", R"({"StringEquals":{"s3:ResourceAccount":"111122223333"}})");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "AccessDenied");
  may("s3:PutObjectRetention",
      R"({"NumericLessThanEquals":{"s3:object-lock-remaining-retention-days":"10"}})");
  const auto retain = [&](int days) {
    const auto until = to_seconds(cloud.now() + std::chrono::hours(24 * days));
    return as(
        "111122223333/eve", "PutObjectRetention",
        {{"Key", "k"}, {"Retention", Object{{"Mode", "GOVERNANCE"}, {"RetainUntilDate", until}}}});
  };
  EXPECT_EQ(retain(11), "AccessDenied");
  EXPECT_EQ(retain(10), "InvalidRequest");  // allowed, but the bucket has no Object Lock
}

TEST(S3AnonymousRead, IsRecordedWhereTheBucketIs) {
  std::vector<std::string> recorded;
  TestCloud cloud([&](core::Registry& registry) {
    register_strict(registry);
    registry.on_call([&](core::Context&, const core::CallRecord& call) {
      recorded.push_back(call.request.operation + " " + call.request.scope.account.str());
    });
  });
  make_bucket(cloud, "abc");
  put(cloud, "abc", "k", "v");
  recorded.clear();
  auto request = cloud.request("s3", "GetObject", Object{{"Bucket", "abc"}, {"Key", "k"}});
  request.credential = {.kind = core::Credential::Kind::Anonymous};
  request.scope.account = AccountId();
  EXPECT_EQ(code(cloud.call(std::move(request))), "AccessDenied");
  EXPECT_EQ(recorded, std::vector<std::string>{"GetObject 123456789012"});
}

TEST_F(S3Access, DeletingManyAsksForEachKey) {
  ASSERT_EQ(
      set("PutBucketPolicy", {{"Policy", policy(R"({"AWS":"arn:aws:iam::111122223333:user/eve"})",
                                                "s3:DeleteObject", "arn:aws:s3:::abc/tmp/*")}}),
      "ok");
  const auto reply = call_as(
      cloud, "111122223333/eve", "DeleteObjects",
      {{"Bucket", "abc"},
       {"Delete", Object{{"Objects", Array{Object{{"Key", "tmp/x"}}, Object{{"Key", "k"}}}}}}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(text(array_of(*reply, "Deleted")[0], "Key"), "tmp/x");
  EXPECT_EQ(text(array_of(*reply, "Errors")[0], "Code"), "AccessDenied");
  EXPECT_EQ(get(cloud, "abc", "k"), "v");
}

TEST_F(S3Access, PublicPoliciesAreBlockedUntilTheBlockIsLifted) {
  const auto open = policy("\"*\"", "s3:GetObject", "arn:aws:s3:::abc/*");
  EXPECT_EQ(set("PutBucketPolicy", {{"Policy", open}}), "AccessDenied");
  unblock();
  EXPECT_EQ(set("GetPublicAccessBlock", {}), "NoSuchPublicAccessBlockConfiguration");
  ASSERT_EQ(set("PutBucketPolicy", {{"Policy", open}}), "ok");
  EXPECT_TRUE(
      flag(object_of(ok(cloud, "GetBucketPolicyStatus", {{"Bucket", "abc"}}), "PolicyStatus"),
           "IsPublic"));
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("anonymous", "ListObjectsV2", {}), "AccessDenied");
  ASSERT_EQ(set("PutPublicAccessBlock",
                {{"PublicAccessBlockConfiguration", Object{{"RestrictPublicBuckets", true}}}}),
            "ok");
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(as("123456789012/ann", "GetObject", {{"Key", "k"}}), "ok");
}

TEST_F(S3Access, WhatIsPublic) {
  unblock();
  const auto is_public = [&](const std::string& text) {
    EXPECT_EQ(set("PutBucketPolicy", {{"Policy", text}}), "ok") << text;
    return flag(object_of(ok(cloud, "GetBucketPolicyStatus", {{"Bucket", "abc"}}), "PolicyStatus"),
                "IsPublic");
  };
  const auto with = [&](std::string_view condition) {
    return is_public(policy(R"({"AWS":"*"})", "s3:GetObject", "arn:aws:s3:::abc/*",
                            fmt::format(R"(,"Condition":{})", condition)));
  };
  EXPECT_TRUE(with(R"({"StringEquals":{"aws:UserAgent":"x"}})"));
  EXPECT_TRUE(with(R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}})"));
  EXPECT_FALSE(with(R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})"));
  EXPECT_FALSE(with(R"({"StringEquals":{"aws:SourceAccount":"123456789012"}})"));
  EXPECT_TRUE(with(R"({"StringLike":{"aws:SourceAccount":"*"}})"));
  EXPECT_FALSE(with(R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:*"}})"));
  EXPECT_FALSE(
      is_public(policy(R"({"AWS":"111122223333"})", "s3:GetObject", "arn:aws:s3:::abc/*")));
}

TEST_F(S3Access, MalformedPolicies) {
  const auto put_policy = [&](const std::string& text) {
    return cloud.call("s3", "PutBucketPolicy", Object{{"Bucket", "abc"}, {"Policy", text}});
  };
  const auto message = [&](const std::string& text) {
    const auto reply = put_policy(text);
    EXPECT_EQ(code(reply), "MalformedPolicy");
    return reply ? "" : reply.error().message;
  };
  EXPECT_EQ(message("nonsense"), "Policies must be valid JSON and the first byte must be '{'");
  EXPECT_EQ(message(policy(R"({"AWS":"111122223333"})", "s3:GetObject", "arn:aws:s3:::other/*")),
            "Policy has invalid resource");
  EXPECT_EQ(message(policy(R"({"AWS":"111122223333"})", "sns:Publish", "arn:aws:s3:::abc/*")),
            "Policy has invalid action");
  EXPECT_EQ(message(policy(R"({"AWS":"111122223333"})", "s3:GetObject", "arn:aws:s3:::abc")),
            "Action does not apply to any resource(s) in statement");
  EXPECT_EQ(message(policy(R"({"AWS":"111122223333"})", "s3:ListBucket", "arn:aws:s3:::abc/*")),
            "Action does not apply to any resource(s) in statement");
  message("{}");
  EXPECT_EQ(code(cloud, "GetBucketPolicy", {{"Bucket", "abc"}}), "NoSuchBucketPolicy");
}

TEST_F(S3Access, CloudTrailsOwnPolicyIsEnoughForItsFiles) {
  const auto text = policy(
      R"({"Service":"cloudtrail.amazonaws.com"})", "s3:PutObject", "arn:aws:s3:::abc/AWSLogs/*",
      R"(,"Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}})");
  ASSERT_EQ(set("PutBucketPolicy", {{"Policy", text}}), "ok");
  const auto deliver = [&](Object params) {
    params["ServerSideEncryption"] = "AES256";
    return as("cloudtrail.amazonaws.com", "PutObject", std::move(params));
  };
  EXPECT_EQ(deliver({{"Key", "AWSLogs/x"}, {"ACL", "bucket-owner-full-control"}}), "ok");
  EXPECT_EQ(deliver({{"Key", "AWSLogs/x"}}), "AccessDenied");
  EXPECT_EQ(deliver({{"Key", "other"}, {"ACL", "bucket-owner-full-control"}}), "AccessDenied");
}

TEST_F(S3Access, ACopyNeedsTheSourceToo) {
  const std::string eve = "111122223333/eve";
  const auto grant = [&](std::string_view action) {
    return set("PutBucketPolicy",
               {{"Policy", policy(R"({"AWS":"arn:aws:iam::111122223333:user/eve"})", action,
                                  "arn:aws:s3:::abc/*")}});
  };
  ASSERT_EQ(grant("s3:PutObject"), "ok");
  EXPECT_EQ(as(eve, "CopyObject", {{"Key", "n"}, {"CopySource", "abc/k"}}), "AccessDenied");
  EXPECT_EQ(as(eve, "PutObject", {{"Key", "n"}, {"Tagging", "a=1"}}), "AccessDenied");
  ASSERT_EQ(grant("s3:*Object"), "ok");
  EXPECT_EQ(as(eve, "CopyObject", {{"Key", "n"}, {"CopySource", "abc/k"}}), "ok");
  EXPECT_EQ(as(eve, "CopyObject", {{"Key", "n"}, {"CopySource", "none/k"}}), "NoSuchBucket");
}

TEST_F(S3Access, RootIsNeverLockedOut) {
  ASSERT_EQ(
      set("PutBucketPolicy",
          {{"Policy",
            R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::abc","arn:aws:s3:::abc/*"]}})"}}),
      "ok");
  EXPECT_EQ(set("GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(set("DeleteBucketPolicy", {}), "ok");
  EXPECT_EQ(set("GetObject", {{"Key", "k"}}), "ok");
}

TEST_F(S3Access, AclsAreOffByDefault) {
  EXPECT_EQ(set("PutBucketAcl", {{"ACL", "public-read"}}), "AccessControlListNotSupported");
  EXPECT_EQ(set("PutObject", {{"Key", "k2"}, {"ACL", "public-read"}}),
            "AccessControlListNotSupported");
  EXPECT_EQ(set("PutObject", {{"Key", "k2"}, {"ACL", "bucket-owner-full-control"}}), "ok");
  EXPECT_EQ(code(cloud, "CreateBucket", {{"Bucket", "open"}, {"ACL", "public-read"}}),
            "InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(code(cloud, "CreateBucket",
                 {{"Bucket", "open"}, {"ACL", "public-read"}, {"ObjectOwnership", "ObjectWriter"}}),
            "InvalidBucketAclWithBlockPublicAccessError");
}

class S3Acl : public S3Access {
 protected:
  S3Acl() {
    set("PutBucketOwnershipControls",
        {{"OwnershipControls",
          Object{{"Rules", Array{Object{{"ObjectOwnership", "ObjectWriter"}}}}}}});
  }
};

TEST_F(S3Acl, APublicReadAclReallyGrantsAnonymousReads) {
  EXPECT_EQ(set("PutObjectAcl", {{"Key", "k"}, {"ACL", "public-read"}}),
            "AccessDenied");  // BlockPublicAcls
  unblock();
  ASSERT_EQ(set("PutObjectAcl", {{"Key", "k"}, {"ACL", "public-read"}}), "ok");
  put(cloud, "abc", "private", "v");
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "private"}}), "AccessDenied");
  EXPECT_EQ(as("anonymous", "ListObjectsV2", {}), "AccessDenied");
  ASSERT_EQ(set("PutPublicAccessBlock",
                {{"PublicAccessBlockConfiguration", Object{{"IgnorePublicAcls", true}}}}),
            "ok");
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "AccessDenied");
  const auto acl = ok(cloud, "GetObjectAcl", {{"Bucket", "abc"}, {"Key", "k"}});
  EXPECT_EQ(array_of(acl, "Grants").size(), 2u);
}

TEST_F(S3Acl, BucketAclsGrantListingAndWriting) {
  unblock();
  ASSERT_EQ(set("PutBucketAcl", {{"ACL", "public-read-write"}}), "ok");
  EXPECT_EQ(as("anonymous", "ListObjectsV2", {}), "ok");
  EXPECT_EQ(as("anonymous", "PutObject", {{"Key", "new"}}), "ok");
  EXPECT_EQ(as("anonymous", "GetObject", {{"Key", "k"}}), "AccessDenied");
  ASSERT_EQ(set("PutBucketAcl", {{"ACL", "authenticated-read"}}), "ok");
  EXPECT_EQ(as("anonymous", "ListObjectsV2", {}), "AccessDenied");
  EXPECT_EQ(as("111122223333/eve", "ListObjectsV2", {}), "ok");
  EXPECT_EQ(set("PutBucketAcl", {{"ACL", "nonsense"}}), "InvalidArgument");
  EXPECT_EQ(set("PutBucketAcl", {}), "MissingSecurityHeader");
  EXPECT_EQ(set("PutBucketOwnershipControls",
                {{"OwnershipControls",
                  Object{{"Rules", Array{Object{{"ObjectOwnership", "BucketOwnerEnforced"}}}}}}}),
            "InvalidBucketAclWithObjectOwnership");
}

TEST_F(S3Acl, ExplicitGrantsToAccounts) {
  const auto eve =
      string_of(object_of(*call_as(cloud, "111122223333", "ListBuckets", {}), "Owner"), "ID");
  ASSERT_EQ(set("PutObjectAcl", {{"Key", "k"}, {"GrantRead", "id=\"" + eve + "\""}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "k"}}), "ok");
  EXPECT_EQ(as("444455556666/bob", "GetObject", {{"Key", "k"}}), "AccessDenied");
  EXPECT_EQ(set("PutObjectAcl", {{"Key", "k"}, {"GrantRead", "id=" + std::string(64, '0')}}),
            "InvalidArgument");
  EXPECT_EQ(set("PutObjectAcl", {{"Key", "k"}, {"GrantRead", "emailAddress=\"a@b.c\""}}),
            "UnresolvableGrantByEmailAddress");
  auto acl = ok(cloud, "GetBucketAcl", {{"Bucket", "abc"}});
  array_of(acl, "Grants");
  Array grants = array_of(acl, "Grants");
  grants.push_back(
      Object{{"Grantee", Object{{"Type", "CanonicalUser"}, {"ID", eve}}}, {"Permission", "READ"}});
  const Object list{{"Owner", object_of(acl, "Owner")}, {"Grants", grants}};
  ASSERT_EQ(set("PutBucketAcl", {{"AccessControlPolicy", list}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "ListObjectsV2", {}), "ok");
}

TEST_F(S3Acl, TheWriterOwnsWhatItWrites) {
  ASSERT_EQ(
      set("PutBucketPolicy",
          {{"Policy", policy(R"({"AWS":"111122223333"})", "s3:PutObject*", "arn:aws:s3:::abc/*")}}),
      "ok");
  ASSERT_EQ(as("111122223333/eve", "PutObject", {{"Key", "hers"}, {"Body", base64("v")}}), "ok");
  EXPECT_EQ(get(cloud, "abc", "hers"), "<AccessDenied>");
  ASSERT_EQ(as("111122223333/eve", "PutObject",
               {{"Key", "ours"}, {"Body", base64("v")}, {"ACL", "bucket-owner-full-control"}}),
            "ok");
  // The bucket's policy does not let others read what is hers, but it may keep her out.
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "hers"}}), "ok");
  auto denial = policy("\"*\"", "s3:GetObject", "arn:aws:s3:::abc/*");
  denial.replace(denial.find("Allow"), 5, "Deny");
  ASSERT_EQ(set("PutBucketPolicy", {{"Policy", denial}}), "ok");
  EXPECT_EQ(as("111122223333/eve", "GetObject", {{"Key", "hers"}}), "AccessDenied");
  EXPECT_EQ(code(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "hers"}}), "ok");
}

}  // namespace
}  // namespace tocsin::s3
