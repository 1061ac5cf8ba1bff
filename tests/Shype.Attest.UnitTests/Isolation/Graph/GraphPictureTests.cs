using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using CsCheck;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Graph;
using Shype.Attest.Testing;
using Shype.Attest.UnitTests.Flask;
using Shype.Attest.UnitTests.Isolation.Acm;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation.Graph;

public sealed class GraphPictureTests
{
    private static readonly ImmutableHashSet<string> HostingMediators = ["host", "net", "backup"];

    [Fact]
    public void The_smallest_policy_is_drawn_as_written_down() =>
        Golden.Match("isolation/graph", "minimal.svg", Draw(AcmGraph.Of(Pictures.Example("example.minimal.xml"), ImmutableHashSet<string>.Empty, running: null)));

    [Fact]
    public void Two_banks_and_a_shop_are_drawn_as_written_down() =>
        Golden.Match("isolation/graph", "banks.svg", Draw(AcmGraph.Of(Pictures.Banks, Set("SystemManagement", "Clearing"), Pictures.BankVms)));

    [Fact]
    public void The_documents_show_that_picture() =>
        Assert.Equal(File.ReadAllText(TestData.PathOf("isolation/graph", "banks.svg")), File.ReadAllText(Path.Combine(TestData.Root, "docs", "pictures", "example.banks.svg")));

    [Fact]
    public void A_way_over_a_rail_is_drawn_as_written_down() =>
        Golden.Match("isolation/graph", "banks-way.svg", Draw(Pictures.Way(Pictures.Banks, ["Clearing"], Pictures.BankVms, "shop.orders", "Bank.B")));

    [Fact]
    public void Fifty_VMs_under_fifteen_labels_are_drawn_as_written_down()
    {
        Assert.Equal((15, 50), (Pictures.Hosting.VmLabels.Length, Pictures.HostingVms.Length));
        Golden.Match("isolation/graph", "hosting.svg", Draw(AcmGraph.Of(Pictures.Hosting, HostingMediators, Pictures.HostingVms)));
    }

    [Fact]
    public void A_policy_of_FLASK_is_drawn_as_written_down() =>
        Golden.Match("isolation/graph", "flask.svg", Draw(FlaskGraph.Of("xen.30", Communication(), Set("dom0_t"))));

    [Fact]
    public void Islands_are_what_nothing_gets_across() =>
        Assert.Equal(
            ["acme.app acme.db acme.web", "beta.app beta.db beta.web", "corp.app corp.web", "dune.app dune.web", "echo.app echo.web"],
            Names(AcmGraph.Of(Pictures.Hosting, HostingMediators, null)).Order(StringComparer.Ordinal));

    [Fact]
    public void Any_policys_islands_agree_with_its_flows() => PolicyGenerator.Policies.Sample(policy =>
    {
        var apart = Set(policy.Bootstrap);
        var graph = AcmGraph.Of(policy, apart, null);
        var flows = new FlowGraph(policy, apart);
        var labels = policy.VmLabels.Select(label => label.Name).Where(label => label != policy.Bootstrap).ToList();
        foreach (var (one, other) in labels.SelectMany(one => labels.Where(other => other != one).Select(other => (one, other))))
        {
            var together = graph.Islands.Any(island => island.Nodes.Contains(graph.Find(one)!.Value) && island.Nodes.Contains(graph.Find(other)!.Value));
            Assert.Equal(flows.AreConnected(one, other), together);
        }
    });

    [Fact]
    public void In_any_picture_nothing_lies_on_anything_else_or_outside() => Gen.Select(PolicyGenerator.Policies, Gen.Int[0, 90]).Sample((policy, count) =>
    {
        var vms = Enumerable.Range(1, count).Select(i => Pictures.Vm(i, $"vm-{i * i}", policy.VmLabels[i * 7 % policy.VmLabels.Length].Name)).ToList();
        var layout = LayoutBuilder.Place(AcmGraph.Of(policy, Set(policy.Bootstrap), count == 0 ? null : vms));
        List<Box> cards = [.. layout.Nodes.Values.Select(node => node.Box), .. layout.Channels.Values.SelectMany(channel => channel.Resources.Append(channel.Tag!)).Select(tag => tag.Box), .. layout.Sets.Select(set => set.Box)];
        Apart(cards);
        Apart(layout.Sets.SelectMany(set => set.Tags).Select(tag => tag.Box).ToList());
        Apart([layout.ApartPanel, .. layout.IslandPanels]);
        foreach (var node in layout.Nodes.Values)
        {
            Apart(node.Vms.Select(vm => vm.Box).ToList());
            Assert.All(node.Vms, vm => Assert.True(vm.Box.X >= node.Box.X && vm.Box.Right <= node.Box.Right && vm.Box.Y >= node.Box.Y && vm.Box.Bottom <= node.Box.Bottom));
        }

        Assert.All(cards, box => Assert.True(box.X >= 0 && box.Y >= 0 && box.Right <= layout.Width && box.Bottom <= layout.LegendY));
        Assert.Equal(layout.Channels.Count, policy.HasTypeEnforcement ? policy.SteTypes.Length : 1);
    });

    [Fact]
    public void Any_flows_put_together_are_the_same_flows() => Gen.Select(Gen.Int[0, 7], Gen.Int[0, 7]).List[0, 40].Sample(drawn =>
    {
        var flows = drawn.Where(flow => flow.Item1 != flow.Item2).ToHashSet();
        var bundled = FlowBundles.Of(flows.Order());
        var unbundled = bundled.SelectMany(channel => channel.Members
            .Where(member => member.Role != ChannelRole.Receives)
            .SelectMany(from => channel.Members.Where(to => to.Role != ChannelRole.Sends && to.Node != from.Node).Select(to => (from.Node, to.Node))));
        Assert.Equal(flows.Order(), unbundled.Order());
    });

    [Fact]
    public void A_hundred_domains_that_all_reach_each_other_are_one_line()
    {
        var all = Enumerable.Range(0, 100).ToList();
        Assert.Single(FlowBundles.Of(all.SelectMany(from => all.Where(to => to != from).Select(to => (from, to)))));
    }

    [Fact]
    public void R11_names_cannot_leave_their_place_in_the_picture()
    {
        string[] names = ["</text><script>alert(1)</script>", "\"><image href=\"http://x/\"/>", "\u001b[31mred", "a\u2028b", "\u202egnp.exe", "]]>&amp;<!--", "\ud800", new('W', 500), "漢字😀"];
        var sketch = PolicySketch.ReadUnchecked("any", "1.0", ["ste t", "wall w", "vm host: t | w", "resource r: t"]);
        var hostile = new AcmPolicy(names[0], sketch.Version, null, [.. names], [.. names], names.Select(name => new ConflictSet(name, [.. names])), names[1], names.Select(name => new VmLabel(name, [.. names], [.. names])), names.Select(name => new ResourceLabel(name, name)));
        var graph = AcmGraph.Of(hostile, Set(names[2]), [.. names.Select((name, i) => Pictures.Vm(i + 1, name, name)), Pictures.Vm(99, names[0], names[0] + "!")]);
        var svg = Draw(graph with { Witness = new(names[0], names[3], [new(0, names[3])], names[0]) });
        Assert.DoesNotContain("<script", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"", svg, StringComparison.Ordinal);
        Assert.All(svg, character => Assert.False(character is < ' ' and not '\n' or '\u2028' or '\u202e', $"U+{(int)character:x4}"));
    }

    [Fact]
    public void Where_two_types_of_a_set_run_the_picture_says_so_in_red()
    {
        var svg = Draw(AcmGraph.Of(Pictures.Banks, Set("Clearing"), [.. Pictures.BankVms, Pictures.Vm(9, "intruder", "Bank.B"), Pictures.Vm(10, "stranger", "Nobody")]));
        Assert.Contains("Conflict set &#39;competitors&#39; is violated: {bank-a, bank-b} run together.", svg, StringComparison.Ordinal);
        Assert.Contains("class=\"setbad\"", svg, StringComparison.Ordinal);
        Assert.Contains("class=\"unknown\"", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"setbad\"", Draw(AcmGraph.Of(Pictures.Banks, Set("Clearing"), Pictures.BankVms)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_way_that_is_not_there_is_said_and_not_drawn()
    {
        var svg = Draw(Pictures.Way(Pictures.Banks, ["SystemManagement", "Clearing"], null, "Bank.A", "Bank.B"));
        Assert.Contains("Nothing can get from &#39;Bank.A&#39; to &#39;Bank.B&#39;.</text>", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"way", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bank.A", "Bank.B")]
    [InlineData("SystemManagement", "Bank.B")]
    [InlineData("Bank.A", "SystemManagement")]
    [InlineData("uplink", "shop.orders")]
    [InlineData("Bank.A", "Bank.A")]
    public void Every_way_is_one_line_from_end_to_end(string from, string to)
    {
        var svg = XDocument.Parse(Draw(Pictures.Way(Pictures.Banks, ["SystemManagement"], null, from, to)));
        Assert.Single(svg.Descendants(), element => element.Name.LocalName == "path" && (string?)element.Attribute("class") == "way" && ((string)element.Attribute("d")!).Contains('L', StringComparison.Ordinal) && element.NextNode is XElement { Name.LocalName: not "text" });
    }

    [Fact]
    public void What_a_picture_cannot_show_is_not_drawn()
    {
        static AcmPolicy Of(int labels) => PolicySketch.ReadUnchecked("any", "1.0", ["ste t", "wall w", .. Enumerable.Range(0, labels).Select(i => $"vm l{i}: t | w")]);
        Assert.StartsWith("<svg ", GraphPicture.Svg(AcmGraph.Of(Of(GraphPicture.MaxNodes), ImmutableHashSet<string>.Empty, null)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GraphPicture.Svg(AcmGraph.Of(Of(GraphPicture.MaxNodes + 1), ImmutableHashSet<string>.Empty, null)));
    }

    // Whatever is drawn is well-formed, the same twice, and brings nothing in.
    private static string Draw(IsolationGraph graph)
    {
        var svg = GraphPicture.Svg(graph);
        Assert.Equal(svg, GraphPicture.Svg(graph));
        using var reader = XmlReader.Create(new StringReader(svg), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        var document = XDocument.Load(reader);
        string[] allowed = ["svg", "title", "desc", "style", "rect", "circle", "path", "text"];
        Assert.All(document.Descendants(), element => Assert.Contains(element.Name.LocalName, allowed));
        Assert.All(document.Descendants().Attributes(), attribute => Assert.Contains(attribute.Name.LocalName, (string[])["xmlns", "role", "viewBox", "class", "x", "y", "width", "height", "rx", "cx", "cy", "r", "d"]));
        Assert.Equal(["title", "desc", "style"], document.Root!.Elements().Take(3).Select(element => element.Name.LocalName));
        Assert.DoesNotContain("url(", document.Root.Elements().ElementAt(2).Value, StringComparison.Ordinal);
        return svg;
    }

    private static void Apart(List<Box> boxes)
    {
        for (var i = 0; i < boxes.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.False(boxes[i].Meets(boxes[j]), $"{boxes[i]} lies on {boxes[j]}");
            }
        }
    }

    private static IEnumerable<string> Names(IsolationGraph graph) =>
        graph.Islands.Where(island => !island.Nodes.IsEmpty).Select(island => string.Join(' ', island.Nodes.Select(node => graph.Nodes[node].Name).Order(StringComparer.Ordinal)));

    private static ImmutableHashSet<string> Set(params ImmutableHashSet<string> names) => names;

    private static FlaskCommunication Communication()
    {
        var policy = Policies.Read("xen.30");
        Assert.True(FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out var problem), problem?.ToString());
        return communication;
    }
}
