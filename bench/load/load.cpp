// SPDX-License-Identifier: Apache-2.0
#include "load/load.hpp"

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <sys/epoll.h>
#include <unistd.h>

#include "load/connection.hpp"
#include "load/process.hpp"

namespace tocsin::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Client {
  Client(int poller, std::uint16_t port) : connection(poller, port, this) {}
  Connection connection;
  Clock::time_point sent;
  bool waiting = false;
};

std::chrono::microseconds micros(double seconds) {
  return std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

std::string signed_request(const Options& options) {
  wire::RequestHead head;
  head.method = "POST";
  head.path = "/";
  head.headers = options.call.headers;
  head.headers.emplace_back("host", fmt::format("127.0.0.1:{}", options.port));
  wire::sign(head, options.call.body, options.signer, wall_now());
  std::string request = "POST / HTTP/1.1\r\n";
  for (const auto& [name, value] : head.headers)
    request += name + ": " + value + "\r\n";
  return request + fmt::format("content-length: {}\r\n\r\n", options.call.body.size()) +
         options.call.body;
}

class Loop {
 public:
  explicit Loop(const Options& options)
      : options_(options), poller_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < options.clients; ++i) {
      clients_.push_back(std::make_unique<Client>(poller_, options.port));
    }
  }
  ~Loop() { ::close(poller_); }

  Report run() {
    begin_at_ = Clock::now() + micros(options_.warm_seconds);
    for (auto& client : clients_)
      send(*client);
    while (!done_)
      wait();
    return std::move(report_);
  }

 private:
  void wait() {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(poller_, events.data(), events.size(), 1000);
    for (int i = 0; i < count && !done_; ++i)
      answered(*static_cast<Client*>(events[i].data.ptr));
    if (count <= 0) look_at_clock(Clock::now());
  }

  void send(Client& client) {
    const auto request = signed_request(options_);
    client.sent = Clock::now();
    client.waiting = client.connection.send(request);
    if (client.waiting) return;
    ++report_.errors["connection refused"];
    done_ = true;
  }

  void answered(Client& client) {
    const auto answer = client.connection.receive();
    if (!answer || !client.waiting) return;
    const auto now = Clock::now();
    if (measuring_) count(*answer, now - client.sent);
    look_at_clock(now);
    if (!done_) send(client);
  }

  void count(const HttpAnswer& answer, Clock::duration taken) {
    ++answers_;
    if (answer.status == 200) {
      report_.latency.add(std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
    } else {
      ++report_.errors[answer.status ? fmt::format("{} {}", answer.status, answer.error)
                                     : "connection closed"];
    }
    if (options_.sample && answers_ % options_.sample == 0)
      report_.resident_kib.push_back(resident_kib(options_.pid));
  }

  void look_at_clock(Clock::time_point now) {
    if (!measuring_ && now >= begin_at_) begin(now);
    if (!measuring_) return;
    const bool enough =
        options_.calls ? answers_ >= options_.calls : now >= begin_at_ + micros(options_.seconds);
    if (enough) end(now);
  }

  void begin(Clock::time_point now) {
    measuring_ = true;
    begin_at_ = now;
    report_.server_cpu_us = cpu_microseconds(options_.pid);
    report_.client_cpu_us = cpu_microseconds(::getpid());
    report_.resident_kib.push_back(resident_kib(options_.pid));
  }

  void end(Clock::time_point now) {
    done_ = true;
    report_.seconds = std::chrono::duration<double>(now - begin_at_).count();
    report_.server_cpu_us = cpu_microseconds(options_.pid) - report_.server_cpu_us;
    report_.client_cpu_us = cpu_microseconds(::getpid()) - report_.client_cpu_us;
    report_.resident_kib.push_back(resident_kib(options_.pid));
  }

  const Options& options_;
  const int poller_;
  std::vector<std::unique_ptr<Client>> clients_;
  Clock::time_point begin_at_;
  bool measuring_ = false, done_ = false;
  std::uint64_t answers_ = 0;
  Report report_;
};

}  // namespace

Report run(const Options& options) {
  return Loop(options).run();
}

}  // namespace tocsin::bench
