using CityLoop.Ledger.Seals;

namespace CityLoop.Ledger.Tests.Seals;

/// <summary>The tree and its proofs against the answers that other programs give.</summary>
public sealed class MerkleTests
{
    /// <summary>The eight entries of Certificate Transparency's own tests; RFC 6962 and 9162 hash the same.</summary>
    static readonly byte[][] Known =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Select(Convert.FromHexString),
    ];

    static readonly string[] KnownRoots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    const string A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const string B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const string C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const string D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const string E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    const string F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

    [Fact]
    public void The_root_of_every_size_is_the_one_that_certificate_transparency_has()
    {
        var tree = new JournalTree();
        for (var size = 0; size <= Known.Length; size++)
        {
            Convert.ToHexStringLower(tree.Root()).ShouldBe(KnownRoots[size]);
            if (size < Known.Length)
                tree.Append(MerkleHash.OfLeaf(Known[size]));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, A, B, C)]
    [InlineData(5, 8, D, E, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", B, D)]
    public void An_inclusion_proof_is_the_one_that_certificate_transparency_has(
        int leaf, int size, params string[] known)
    {
        var path = Hashes(ProofPath.Inclusion(leaf, size), Known);

        path.Select(Convert.ToHexStringLower).ShouldBe(known);
        MerkleProof.Includes(leaf, size, MerkleHash.OfLeaf(Known[leaf]), path, RootOf(Known[..size])).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 8, A, B, C)]
    [InlineData(6, 8, F, E, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, B, D)]
    public void A_consistency_proof_is_the_one_that_certificate_transparency_has(
        int older, int newer, params string[] known)
    {
        var path = Hashes(ProofPath.Consistency(older, newer), Known);

        path.Select(Convert.ToHexStringLower).ShouldBe(known);
        MerkleProof.IsConsistent(older, newer, RootOf(Known[..older]), RootOf(Known[..newer]), path).ShouldBeTrue();
    }

    [Fact]
    public void Every_entry_is_proved_in_every_tree_and_nothing_else_is()
    {
        var entries = Entries(41);
        for (var size = 1; size <= entries.Length; size++)
        {
            var root = RootOf(entries[..size]);
            for (var leaf = 0; leaf < size; leaf++)
            {
                var path = Hashes(ProofPath.Inclusion(leaf, size), entries);
                var hash = MerkleHash.OfLeaf(entries[leaf]);
                MerkleProof.Includes(leaf, size, hash, path, root).ShouldBeTrue();

                MerkleProof.Includes(leaf, size, MerkleHash.OfLeaf([.. entries[leaf], 0]), path, root).ShouldBeFalse();
                MerkleProof.Includes(leaf == 0 ? size : leaf - 1, size, hash, path, root).ShouldBeFalse();
                MerkleProof.Includes(leaf, size, hash, [.. path, root], root).ShouldBeFalse();
                if (path.Count > 0)
                    MerkleProof.Includes(leaf, size, hash, path.Take(path.Count - 1).ToList(), root).ShouldBeFalse();
                foreach (var wrong in WithOneBitFlipped(path))
                    MerkleProof.Includes(leaf, size, hash, wrong, root).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Every_tree_is_proved_to_be_the_beginning_of_every_later_one_and_no_other_is()
    {
        var entries = Entries(41);
        for (var newer = 1; newer <= entries.Length; newer++)
            for (var older = 1; older <= newer; older++)
            {
                var path = Hashes(ProofPath.Consistency(older, newer), entries);
                var (before, after) = (RootOf(entries[..older]), RootOf(entries[..newer]));
                MerkleProof.IsConsistent(older, newer, before, after, path).ShouldBeTrue();

                var other = RootOf([.. entries[..(older - 1)], [1, 2, 3]]);
                MerkleProof.IsConsistent(older, newer, other, after, path).ShouldBeFalse();
                MerkleProof.IsConsistent(older, newer, before, other, path).ShouldBeFalse();
                MerkleProof.IsConsistent(older, newer, before, after, [.. path, before]).ShouldBeFalse();
                foreach (var wrong in WithOneBitFlipped(path))
                    MerkleProof.IsConsistent(older, newer, before, after, wrong).ShouldBeFalse();
            }
    }

    [Fact]
    public void A_tree_that_is_taken_up_from_its_peaks_grows_as_if_it_had_never_been_put_down()
    {
        var whole = new JournalTree();
        var resumed = new JournalTree();
        foreach (var entry in Entries(600))
        {
            resumed = JournalTree.Of(resumed.Size, resumed.Peaks);
            whole.Append(MerkleHash.OfLeaf(entry));
            resumed.Append(MerkleHash.OfLeaf(entry));
            resumed.Root().ShouldBe(whole.Root());
        }

        Should.Throw<ArgumentException>(() => JournalTree.Of(599, whole.Peaks));
    }

    [Fact]
    public void A_tree_that_goes_back_behind_a_batch_is_as_it_was()
    {
        var (tree, before) = (new JournalTree(), new JournalTree());
        foreach (var entry in Entries(300))
        {
            before.CopyFrom(tree);
            var root = tree.Root();
            tree.Append(MerkleHash.OfLeaf(entry));
            tree.Append(MerkleHash.OfLeaf(entry));
            tree.CopyFrom(before);
            tree.Root().ShouldBe(root);
            tree.Append(MerkleHash.OfLeaf(entry));
        }
    }

    [Fact]
    public void Each_256_entries_leave_the_hash_of_their_subtree()
    {
        var completed = new List<SubtreeHash>();
        var tree = new JournalTree();
        var entries = Entries(256 * 256 + 300);
        foreach (var entry in entries)
            tree.Append(MerkleHash.OfLeaf(entry), completed);

        completed.Select(c => (c.Level, c.Index)).ShouldBe(
            [.. Enumerable.Range(0, 256).Select(i => (1, (long)i)), (2, 0L), (1, 256L)]);
        completed[3].Entries.ShouldBe((769, 1024));
        completed[3].Hash.ShouldBe(RootOf(entries[768..1024]));
        completed[256].Hash.ShouldBe(RootOf(entries[..65_536]));
        completed[256].Entries.ShouldBe((1, 65_536));
    }

    static byte[][] Entries(int count) =>
        [.. Enumerable.Range(1, count).Select(i => BitConverter.GetBytes(i * 2_654_435_761L))];

    static byte[] RootOf(byte[][] entries)
    {
        var tree = new JournalTree();
        foreach (var entry in entries)
            tree.Append(MerkleHash.OfLeaf(entry));
        return tree.Root();
    }

    static List<byte[]> Hashes(IReadOnlyList<LeafRange> path, byte[][] entries) =>
    [
        .. path.Select(part => MerkleHash.OfEdge(
            [.. part.Subtrees().Select(t => RootOf(entries[(int)t.Leaves.First..(int)t.Leaves.End]))])),
    ];

    static IEnumerable<List<byte[]>> WithOneBitFlipped(List<byte[]> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            var wrong = path.Select(hash => hash.ToArray()).ToList();
            wrong[i][(i * 7) % MerkleHash.Size] ^= (byte)(1 << (i % 8));
            yield return wrong;
        }
    }
}
