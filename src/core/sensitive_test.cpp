// SPDX-License-Identifier: Apache-2.0
// Secrets of calls and of job results reach neither the log nor the state as plain text.
#include "core/sensitive.hpp"

#include "core/table.hpp"
#include "core/testing.hpp"

namespace tocsin::core {
namespace {

struct Profile {
  Document password;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (password))
constexpr Table<Profile> kProfiles{"test.profiles"};

Outcome create(Call& call) {
  const auto* password = find(call.params(), "Password");
  if (call.open(*password) != "correct horse") return fail("PasswordPolicyViolation", "wrong");
  kProfiles.put(call, Key{text(call.params(), "UserName")}, {*password});
  return Object{};
}

Outcome change(Call& call) {
  const auto token = call.park();
  call.start(
      {.work = JobSpec{.kind = "test.hash", .payload = call.params(), .secret_results = {"Hash"}},
       .then = {"test.hashed", Object{{"token", token.id}}}});
  return token;
}

std::string opened;  // what the continuation saw of the result

/// Two operations of the real model of iam, which marks their passwords.
void register_passwords(Registry& registry) {
  registry.add(Service{"iam",
                       "iam",
                       {{"CreateLoginProfile", Effect::Write, create},
                        {"UpdateLoginProfile", Effect::Write, change}}});
  registry.on_resume("test.hashed", [](Context& context, const Resumption& end) {
    opened = *context.open(*find(*end.outcome, "Hash"));
    context.resolve({string_of(end.context, "token")}, Document(Object{}));
  });
}

std::string everything(TestCloud& cloud) {
  std::string all;
  (void)cloud.stores().log->read(1, [&](std::uint64_t, std::string_view entry) -> Result<void> {
    all += entry;
    return {};
  });
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [&](std::string_view key, std::string_view value) {
                               (all += key) += value;
                               return true;
                             });
  return all;
}

TEST(Sensitive, ParametersAreSealedBeforeTheLogAndOpenedByTheHandler) {
  TestCloud cloud(register_passwords);
  ASSERT_TRUE(cloud.call("iam", "CreateLoginProfile",
                         Object{{"UserName", "eve"}, {"Password", "correct horse"}}));
  const auto all = everything(cloud);
  EXPECT_EQ(all.find("correct horse"), std::string::npos);
  EXPECT_NE(all.find("$sealed"), std::string::npos);
  EXPECT_NE(all.find("eve"), std::string::npos);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Sensitive, ParkedCallsJobsAndTheirResultsStaySealedAndTheWorkerSeesPlainText) {
  TestCloud cloud(register_passwords);
  Document seen;
  cloud.on_job("test.hash", [&](const Job& job) -> Result<Document> {
    seen = job.payload;
    return Object{{"Hash", "hash-of-secret"}, {"Took", 3}};
  });
  const auto reply = cloud.call("iam", "UpdateLoginProfile",
                                Object{{"UserName", "eve"}, {"Password", "battery staple"}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(opened, "hash-of-secret");
  EXPECT_EQ(text(seen, "Password"), "battery staple");
  const auto all = everything(cloud);
  EXPECT_EQ(all.find("battery staple"), std::string::npos);
  EXPECT_EQ(all.find("hash-of-secret"), std::string::npos);
}

TEST(Sensitive, MapsAreSealedValueByValueAndBlobsKeepTheirNames) {
  const Seal mask = [](std::string_view plain) -> Document {
    return Object{{"$sealed", std::string(plain.size(), '*')}};
  };
  Document params =
      Object{{"Environment", Object{{"Variables", Object{{"KEY", "abc"}}}}},
             {"Code", Object{{"ZipFile", Object{{"$blob", std::string(64, 'a')}, {"size", 3}}}}}};
  seal_sensitive("lambda", "CreateFunction", params, mask);
  EXPECT_EQ(to_json(*find_path(params, "Environment.Variables")), R"({"KEY":{"$sealed":"***"}})");
  EXPECT_TRUE(store::blob_ref(*find_path(params, "Code.ZipFile")));
  const auto once = params;
  seal_sensitive("lambda", "CreateFunction", params, mask);
  EXPECT_EQ(params, once);
}

}  // namespace
}  // namespace tocsin::core
