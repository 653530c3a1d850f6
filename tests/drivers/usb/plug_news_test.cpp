#include "drivers/usb/plug_news.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include <thread>

using namespace inspect::drivers;

TEST_CASE("news go to the watcher of their port only, in order, on the loop") {
  boost::asio::io_context loop;
  const auto news = std::make_shared<PlugNews>(loop.get_executor());
  std::vector<bool> heard;
  news->watch("1-1", [&](const UsbPlug& plug) { heard.push_back(plug.arrived); });
  std::thread([&] {
    for (const bool arrived : {true, false, true}) news->add({"1-1", arrived});
    news->add({"1-2", true});
  }).join();
  CHECK(heard.empty());
  loop.run();
  CHECK(heard == std::vector<bool>{true, false, true});
}

TEST_CASE("a watcher may end its own watch, and hears no more") {
  boost::asio::io_context loop;
  const auto news = std::make_shared<PlugNews>(loop.get_executor());
  int heard = 0;
  news->watch("1-1", [&](const UsbPlug&) {
    ++heard;
    news->watch("1-1", {});
  });
  news->add({"1-1", true});
  news->add({"1-1", false});
  loop.run();
  CHECK(heard == 1);
}

TEST_CASE("what was given for a port is kept until it leaves") {
  boost::asio::io_context loop;
  const auto news = std::make_shared<PlugNews>(loop.get_executor());
  const auto device = std::make_shared<int>(7);
  news->add({"1-1", true}, device);
  CHECK(news->at("1-1") == device);
  CHECK(news->at("1-2") == nullptr);
  news->add({"1-1", false});
  CHECK(news->at("1-1") == nullptr);
  CHECK(device.use_count() == 1);
  news->add({"1-1", true}, device);
  news->clear();
  CHECK(device.use_count() == 1);
}

TEST_CASE("when more wait than may, the oldest go") {
  boost::asio::io_context loop;
  const auto news = std::make_shared<PlugNews>(loop.get_executor());
  std::size_t heard = 0;
  bool last = false;
  news->watch("1-1", [&](const UsbPlug& plug) {
    ++heard;
    last = plug.arrived;
  });
  for (std::size_t i = 0; i < 2 * PlugNews::most; ++i) news->add({"1-1", false});
  news->add({"1-1", true});
  loop.run();
  CHECK(heard == PlugNews::most);
  CHECK(last);
}
