#include "drivers/usb/sysfs.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace inspect;
using namespace inspect::drivers;

namespace {

/// A directory like /sys/bus/usb/devices.
class Tree {
 public:
  Tree() { std::filesystem::create_directories(root_); }
  ~Tree() { std::filesystem::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  void put(const std::string& port, const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(root_ + "/" + port);
    std::ofstream(root_ + "/" + port + "/" + name, std::ios::binary) << text;
  }
  void relay(const std::string& port) const {
    put(port, "busnum", "1\n");
    put(port, "devnum", "12\n");
    put(port, "idVendor", "16c0\n");
    put(port, "idProduct", "05df\n");
    put(port, "bDeviceClass", "00\n");
    put(port, "product", "USBRelay4\n");
    const std::string bytes{18, 1, 16, 1, 0, 0, 0, 8,    -64, 22, -33, 5, 0, 1, 1, 2, 0, 1,
                            9,  2, 18, 0, 1, 1, 0, -128, 50,  9,  4,   0, 0, 0, 3, 0, 0, 0};
    put(port, "descriptors", bytes);
  }
  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  std::string root_ = std::filesystem::temp_directory_path().string() + "/usb-tree-" + std::to_string(getpid());
};

}  // namespace

TEST_CASE("what the kernel says of a device is read") {
  const Tree tree;
  tree.relay("1-1.2");
  const auto facts = read_usb_facts("1-1.2", tree.root());
  REQUIRE(facts.has_value());
  CHECK(facts->vendor == 0x16C0);
  CHECK(facts->product == 0x05DF);
  CHECK(facts->address == 12);
  CHECK(facts->name == "USBRelay4");
  CHECK(facts->serial.empty());
  REQUIRE(facts->interfaces.size() == 1);
  CHECK(facts->interfaces[0].class_code == 3);
}

TEST_CASE("an empty port, and a device that is just going, are told as nobody") {
  const Tree tree;
  CHECK(read_usb_facts("1-1", tree.root()).error().code == Errc::bus_unavailable);
  tree.put("1-1", "busnum", "1\n");
  CHECK(read_usb_facts("1-1", tree.root()).error().code == Errc::bus_unavailable);
}

TEST_CASE("texts of a device cannot steer a terminal, and its descriptors are not trusted") {
  const Tree tree;
  tree.relay("1-1");
  tree.put("1-1", "product", "USB\x1b[2JRelay\n");
  CHECK(read_usb_facts("1-1", tree.root())->name == "USB[2JRelay");
  tree.put("1-1", "descriptors", "rubbish");
  CHECK(read_usb_facts("1-1", tree.root()).error().code == Errc::malformed);
}

TEST_CASE("nothing leads out of the tree") {
  for (const auto* bad : {"../1-1", "1-1/..", "/etc", ""}) CHECK_FALSE(read_usb_facts(bad).has_value());
}

TEST_CASE("used ports are listed in order, without root hubs and interfaces") {
  const Tree tree;
  for (const auto* name : {"usb1", "1-1:1.0", "1-2", "1-1.4", "1-1"}) tree.put(name, "busnum", "1\n");
  CHECK(used_usb_ports(tree.root()) == std::vector<std::string>{"1-1", "1-1.4", "1-2"});
  CHECK(used_usb_ports(tree.root() + "/missing").empty());
}

TEST_CASE("a serial port leads to the USB port of its adapter, by its number or by its link") {
  namespace fs = std::filesystem;
  const Tree tree;
  const fs::path root = tree.root();
  // As the kernel lays it out: the class's entry is a link into the tree of devices.
  const auto device = root / "devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/ttyUSB7/tty/ttyUSB7";
  fs::create_directories(device);
  fs::create_directories(root / "devices/platform/serial8250/tty/ttyS9");
  fs::create_directories(root / "class/tty");
  fs::create_symlink(device, root / "class/tty/ttyUSB7");
  fs::create_symlink(root / "devices/platform/serial8250/tty/ttyS9", root / "class/tty/ttyS9");
  for (const auto* node : {"ttyUSB7", "ttyS9", "ttyUSB8"}) std::ofstream(root / node);
  fs::create_symlink(root / "ttyUSB7", root / "pci-0000:00:14.0-usb-0:1.2:1.0-port0");
  const auto port_of = [&](const std::string& name) {
    return usb_port_of((root / name).string(), (root / "class/tty").string());
  };
  CHECK(port_of("ttyUSB7") == "1-1.2");
  CHECK(port_of("pci-0000:00:14.0-usb-0:1.2:1.0-port0") == "1-1.2");
  CHECK_FALSE(port_of("ttyS9").has_value());    // on the board itself
  CHECK_FALSE(port_of("ttyUSB8").has_value());  // the kernel knows no such port
  CHECK_FALSE(port_of("ttyUSB9").has_value());  // nothing is plugged in
}
